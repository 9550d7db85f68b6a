package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// flood sends a request n times over some connections, each the next one as soon
// as the last is answered, and returns how long that took. The client does as
// little as it can: it is not what is measured. An answer without a
// Content-Length, or with another status than 200, is an error.
func flood(ctx context.Context, addr, request string, connections, n int) (time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var left atomic.Int64
	left.Store(int64(n))
	start := time.Now()
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			if err := send(ctx, addr, []byte(request), &left); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	return took, context.Cause(ctx)
}

func send(ctx context.Context, addr string, request []byte, left *atomic.Int64) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
	in := bufio.NewReader(c)
	for left.Add(-1) >= 0 {
		if _, err := c.Write(request); err != nil {
			return err
		}
		if err := skip(in); err != nil {
			return err
		}
	}
	return nil
}

// skip reads one answer.
func skip(in *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("no answer: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("answered %s", line)
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if length <= 0 {
		return fmt.Errorf("an answer without Content-Length, or with nothing in it")
	}
	_, err := io.CopyN(io.Discard, in, int64(length))
	return err
}
