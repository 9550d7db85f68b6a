// Package bureau asks a credit bureau, which is somebody else's, outside of the shop.
package bureau

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrAway is the error of a bureau that gives no usable answer.
var ErrAway = errors.New("the credit bureau does not answer")

// Client asks the bureau at a URL. It is safe for many goroutines.
type Client struct {
	url  string
	http http.Client
}

// New returns a client of the bureau at base, such as https://bureau.example. It
// opens no connection.
func New(base string) *Client {
	return &Client{url: strings.TrimSuffix(base, "/"), http: http.Client{Timeout: 2 * time.Second}}
}

// Score returns what the bureau thinks of a customer, from 0 to 100; of somebody
// whom it does not know, 0. Errors are ErrAway, or the context's.
func (c *Client) Score(ctx context.Context, customer string) (int, error) {
	if customer == "" {
		return 0, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/scores/"+url.PathEscape(customer), nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.http.Do(req)
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrAway, err.(*url.Error).Err) // without the URL, which names the customer
	}
	defer resp.Body.Close()
	var said struct {
		Score *int `json:"score"`
	}
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return 0, nil
	case resp.StatusCode != http.StatusOK:
		return 0, fmt.Errorf("%w: %s", ErrAway, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&said); err != nil || said.Score == nil || *said.Score < 0 || *said.Score > 100 {
		return 0, fmt.Errorf("%w: what it says is no score", ErrAway)
	}
	return *said.Score, nil
}
