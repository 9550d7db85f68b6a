-- +goose Up
ALTER TABLE payments
    ADD COLUMN customer text   NOT NULL DEFAULT '',
    ADD COLUMN amount   bigint NOT NULL DEFAULT 0; -- in cents
