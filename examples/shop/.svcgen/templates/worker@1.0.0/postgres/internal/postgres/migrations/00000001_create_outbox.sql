-- +goose Up
-- Events that follow from a change, until they are published: package outbox.
CREATE TABLE outbox (
    seq        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         text        NOT NULL UNIQUE,
    subject    text        NOT NULL,
    type       text        NOT NULL,
    data       bytea       NOT NULL,
    trace      jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Events that were handled, by consumer.
CREATE TABLE handled_events (
    consumer   text        NOT NULL,
    id         text        NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, id)
);

CREATE INDEX handled_events_handled_at ON handled_events (handled_at);
