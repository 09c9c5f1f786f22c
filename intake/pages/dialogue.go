package pages

import (
	"io"

	"amana/internal/testimony"
)

// Receipt writes the page that answers a testimony which is sealed and on
// stable storage, and no other. With a token it leads on to "/{lang}/add" (files
// alone), "/{lang}/name" and "/{lang}/thread".
func (p *Pages) Receipt(w io.Writer, lang string, r Receipt) error {
	v := view{Padded: true}
	v.Receipt.Files, v.Receipt.Day = r.Files, r.Day
	v.Receipt.Code, v.Receipt.More = len(r.Code) > 0, r.Token != ""
	page, err := p.receipts.page(p, lang, v)
	if err != nil {
		return err
	}
	return send(w, page, slots{
		"token": escaped(r.Token),
		"code": func(w io.Writer) error {
			for _, word := range r.Code {
				if err := around(w, "<li>", word, "</li>\n"); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// Thread writes the page of a code: what is kept, what has happened, the replies
// that wait, and what can be done. Its forms post multipart/form-data with "token"
// first: to "/{lang}/reply" with "id", to "/{lang}/add" with "narrative" and
// "files", to "/{lang}/name" and to "/{lang}/withdraw". Where nothing is kept, nothing
// is offered to withdraw; where nothing could be taken, neither that nor the rest, so
// that nobody types for nothing.
func (p *Pages) Thread(w io.Writer, lang string, s State, t Thread) error {
	v := formView(s, t.Form)
	v.Padded = true
	v.Thread.Parts, v.Thread.Collected, v.Thread.Replies = t.Parts, t.Collected, len(t.Replies)
	v.Thread.Purged = t.Purged
	v.Thread.Kept = t.Parts - t.Purged
	v.Thread.BadReply = t.BadReply
	v.Thread.Unreadable, v.Thread.Withdrawn, v.Thread.Unfinished, v.Thread.Added = t.Unreadable, t.Withdrawn, t.Unfinished, t.Added
	if v.Thread.Refused = t.Refused.known(); v.Thread.Refused != "" {
		v.About, v.Lost, v.MaybeLost = "", false, false // there is no field to go to
	}
	v.Words = len(t.Form.Values[testimony.Narrative]) > 0
	c := p.set(lang).catalog
	return p.write(w, lang, "thread.html", v, slots{
		"token":   escaped(t.Token),
		"lost":    fileNames(t.Form.FilesLost),
		"replies": func(w io.Writer) error { return c.replyButtons(w, t.Replies) },
		"narrative": func(w io.Writer) error {
			for _, text := range t.Form.Values[testimony.Narrative] {
				return writeEscaped(w, text)
			}
			return nil
		},
		"problems": func(w io.Writer) error {
			return nil // an addition has no answers
		},
	})
}

// replyButtons writes a button for each reply. The name of a reply stands in no
// template: in memory it would tell whose letters were asked for.
func (c *catalog) replyButtons(w io.Writer, replies []ReplyHead) error {
	for _, r := range replies {
		day, err := c.date(r.Day)
		if err != nil {
			return err
		}
		label, err := c.message("thread.read_reply", nil, map[string]string{"Day": day})
		if err != nil {
			return err
		}
		if err := around(w, `<p><button type="submit" name="id" value="`, r.ID, `">`); err != nil {
			return err
		}
		if err := around(w, "", label, "</button></p>\n"); err != nil {
			return err
		}
	}
	return nil
}

// Reply writes a reply. The page leads back to the thread.
func (p *Pages) Reply(w io.Writer, lang string, r Reply) error {
	return p.write(w, lang, "reply.html", view{Day: r.Day, Padded: true},
		slots{"token": escaped(r.Token), "reply": escaped(r.Text)})
}

// Withdraw writes the page that asks whether withdrawing is meant. It posts
// "token" and "sure" with the value "1" to "/{lang}/withdraw".
func (p *Pages) Withdraw(w io.Writer, lang string, d Withdraw) error {
	v := view{Padded: true}
	v.Thread.Parts, v.Thread.Collected = d.Parts, d.Collected
	return p.write(w, lang, "withdraw.html", v, slots{"token": escaped(d.Token)})
}

// Withdrawn writes the page that says what withdrawing did, once it is done.
func (p *Pages) Withdrawn(w io.Writer, lang string, d Withdrawn) error {
	v := view{Padded: true, Destroyed: d.Destroyed}
	v.Thread.Collected = d.Collected
	return p.write(w, lang, "withdrawn.html", v, nil)
}
