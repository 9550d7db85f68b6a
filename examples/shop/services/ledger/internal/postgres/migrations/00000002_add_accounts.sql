-- +goose Up
ALTER TABLE entries
    ADD COLUMN debit  text   NOT NULL DEFAULT '',
    ADD COLUMN credit text   NOT NULL DEFAULT '',
    ADD COLUMN amount bigint NOT NULL DEFAULT 0, -- in cents
    ADD CONSTRAINT entries_even CHECK (amount >= 0 AND (debit <> credit OR amount = 0));
