package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"amana/vault"
	"amana/vault/letterbox"
)

// letters is the answer to a question for replies.
type letters struct {
	Letters []letterbox.Letter `json:"letters"`
	Damaged int                `json:"damaged"`
}

func (s server) all(w http.ResponseWriter, r *http.Request) {
	mailbox, err := vault.ParseID(r.FormValue("mailbox"))
	id, err2 := vault.ParseID(r.FormValue("id"))
	limit, err3 := strconv.Atoi(r.FormValue("limit"))
	if errors.Join(err, err2, err3) != nil || limit < 1 {
		http.Error(w, "not the name of a reply and a positive number", http.StatusBadRequest)
		return
	}
	all, damaged, err := s.letters.All(r.Context(), mailbox, id, min(limit, maxLetters))
	reply(w, letters{all, damaged}, err)
}

// purgeOrder is what is sent to purge something.
type purgeOrder struct {
	IDs  []vault.ID `json:"ids"`
	Last bool       `json:"last"`
}

func (s server) purge(w http.ResponseWriter, r *http.Request) {
	var order purgeOrder
	if err := json.NewDecoder(io.LimitReader(r.Body, 2<<20)).Decode(&order); err != nil || len(order.IDs) > maxPurged {
		http.Error(w, "not a list of ids", http.StatusBadRequest)
		return
	}
	var answer imported
	n, err := s.acts.Purge(r.Context(), order.IDs, order.Last)
	answer.fail(err)
	reply(w, purgeAnswer{n, answer}, nil)
}

// purgeAnswer says how many are purged, and what went wrong then.
type purgeAnswer struct {
	Purged int `json:"purged"`
	imported
}

func (s server) metrics(w http.ResponseWriter, r *http.Request) {
	text, err := s.acts.Metrics(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Write(text)
}

// Purged implements [vault.Reader].
func (c *Client) Purged(ctx context.Context, after vault.ID, limit int) ([]vault.ID, error) {
	var ids []vault.ID
	for len(ids) < limit {
		want := min(limit-len(ids), maxPurged)
		var some []vault.ID
		query := url.Values{"after": {after.String()}, "limit": {strconv.Itoa(want)}}
		if err := c.getJSON(ctx, "/purged", query, &some); err != nil {
			return nil, older(err)
		}
		ids = append(ids, some...)
		if len(some) < want {
			break
		}
		after = some[len(some)-1]
	}
	return ids, nil
}

// All implements [Letters].
func (c *Client) All(ctx context.Context, mailbox, id [16]byte, limit int) (all []letterbox.Letter, damaged int, err error) {
	for len(all) < limit {
		want := min(limit-len(all), maxLetters)
		var some letters
		query := url.Values{"mailbox": {vault.ID(mailbox).String()}, "id": {vault.ID(id).String()}, "limit": {strconv.Itoa(want)}}
		if err := c.getJSON(ctx, "/letters", query, &some); err != nil {
			return nil, 0, older(err)
		}
		all, damaged = append(all, some.Letters...), damaged+some.Damaged
		if len(some.Letters) < want {
			break
		}
		last := some.Letters[len(some.Letters)-1]
		mailbox, id = last.Mailbox, last.ID
	}
	return all, damaged, nil
}

// older says of a question that the server does not know that it may be of an older
// version.
func older(err error) error {
	if errors.Is(err, vault.ErrNotFound) {
		return errors.New("admin: the server does not know the question; is it of an older version?")
	}
	return err
}

// Purge implements [Acts]. Its error carries the server's advice and exit code.
func (c *Client) Purge(ctx context.Context, ids []vault.ID, last bool) (int, error) {
	done := 0
	for first := true; first || len(ids) > 0; first = false {
		some := ids[:min(len(ids), maxPurged)]
		ids = ids[len(some):]
		n, err := c.purge(ctx, purgeOrder{some, last && len(ids) == 0})
		if done += n; err != nil {
			return done, err
		}
	}
	return done, nil
}

func (c *Client) purge(ctx context.Context, order purgeOrder) (int, error) {
	body, err := json.Marshal(order)
	if err != nil {
		return 0, fmt.Errorf("admin: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/purge", bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("admin: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, fmt.Errorf("admin: tell the server what to purge: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("admin: the server says %s; is it of an older version?", response.Status)
	}
	var answer purgeAnswer
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, fmt.Errorf("admin: read the server's answer: %w", err)
	}
	return answer.Purged, answer.err()
}

// Metrics implements [Acts].
func (c *Client) Metrics(ctx context.Context) ([]byte, error) {
	body, err := c.get(ctx, "/metrics", nil)
	if err != nil {
		return nil, older(err)
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("admin: read the server's answer: %w", err)
	}
	return text, nil
}
