-- +goose Up
CREATE TABLE scores (
    id    text     PRIMARY KEY,
    score smallint NOT NULL
);
