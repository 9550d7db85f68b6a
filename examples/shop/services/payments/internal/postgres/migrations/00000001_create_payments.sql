-- +goose Up
CREATE TABLE payments (
    id          text        PRIMARY KEY,
    seq         bigint      GENERATED ALWAYS AS IDENTITY UNIQUE, -- the order in which they came
    description text        NOT NULL,
    created_at  timestamptz NOT NULL
);
