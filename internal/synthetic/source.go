package synthetic

import (
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"amana/internal/agekey"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// person makes one case: who he is, what happened, and what one to three sources tell.
func (m *maker) person() *Case {
	p := m.who()
	c := &Case{Truth: m.life(p)}
	sources := 1
	if !m.o.Alone {
		sources = []int{1, 1, 1, 1, 1, 1, 1, 2, 2, 3}[m.IntN(10)]
	}
	for range sources {
		c.Threads = append(c.Threads, m.source(p, &c.Truth))
		m.n++
	}
	return c
}

// source makes one thread.
func (m *maker) source(p person, t *Truth) *Thread {
	lang := m.pick("ar:82 en:18")
	th := &Thread{ID: m.hex(16)}
	on := m.between(firstReceived, lastReceived)
	first := m.envelope(testimony.First, th.ID, lang, on)
	m.tell(th, &first.Testimony, t)
	m.allow(&first.Testimony)
	first.Testimony.Answers[testimony.Narrative] = m.narrative(&first.Testimony)
	m.words(&first.Testimony)
	th.Envelopes = append(th.Envelopes, first)
	if m.o.Files && m.percent(34) {
		first.Files = m.files()
	}
	names := m.o.Names
	if names == 0 {
		names = 60
	}
	if m.percent(names) {
		e := m.envelope(testimony.Name, th.ID, lang, on)
		e.Testimony.Answers = m.namePage(p, lang)
		th.Envelopes = append(th.Envelopes, e)
	}
	if reply := m.reply(&first.Testimony); reply != nil {
		m.later(th, lang, on, reply)
	}
	if m.o.Marks {
		mark(th)
	}
	return th
}

// later makes what a source sent who came back with their code.
func (m *maker) later(th *Thread, lang string, on int, reply *testimony.Reply) {
	send := func(kind testimony.Kind) *Envelope {
		on = min(on+1+m.IntN(40), lastReceived)
		e := m.envelope(kind, th.ID, lang, on)
		e.Testimony.Reply = reply
		th.Envelopes = append(th.Envelopes, e)
		return e
	}
	if m.percent(30) {
		e := send(testimony.Addition)
		e.Testimony.Answers[testimony.Narrative] = m.addition(lang)
		if m.o.Files && m.percent(40) {
			e.Files = m.files()
		}
	}
	if m.percent(12) {
		e := send(testimony.Fetched)
		e.Testimony.Questionnaire = nil
		e.Testimony.Fetched = []string{m.hex(16)}
	}
	if m.percent(7) {
		e := send(testimony.Withdrawal)
		e.Testimony.Questionnaire = nil
		th.Withdrawn = true
	}
}

// reply gives about a third of the sources a code to come back with.
func (m *maker) reply(t *testimony.Testimony) *testimony.Reply {
	wish := m.pick("none:50 code:38 go_between:6 :6")
	if wish != "" {
		t.Answers["contact_wish"] = wish
	}
	if wish != "code" {
		return nil
	}
	seed, _ := hex.DecodeString(m.hex(agekey.SeedSize))
	id, err := agekey.FromSeed(seed)
	if err != nil {
		return nil
	}
	t.Reply = &testimony.Reply{Mailbox: m.hex(16), Recipient: id.Recipient().String()}
	return t.Reply
}

// envelope makes one with nothing in it yet.
func (m *maker) envelope(kind testimony.Kind, thread, lang string, on int) *Envelope {
	q := questionnaire.Builtin()
	return &Envelope{ID: m.hex(16), Testimony: testimony.Testimony{
		Schema: testimony.SchemaOf(kind), Kind: kind, Thread: thread, Language: lang,
		Questionnaire: &testimony.Questionnaire{Name: q.Name, Version: q.Version, SHA256: hex.EncodeToString(q.SHA256[:])},
		Answers:       map[string]string{}, Choices: map[string][]string{}, Files: []testimony.File{}, Fetched: []string{},
		Received: text(on), Roster: testimony.Roster{Epoch: 1, SHA256: rosterSum},
	}}
}

// tell answers the form as one source would: much is left out, some is not known, and
// of a few answers the source is wrong.
func (m *maker) tell(th *Thread, said *testimony.Testimony, t *Truth) {
	relation := m.pick("family:55 friend:14 saw_held:14 self:7 lawyer:4 other:4 declined:2")
	said.Answers["source_relation"] = relation
	said.Choices["knowledge"] = m.some(func() string { return m.from("knowledge", "saw:20 witness:30 heard:25 paper:10 lived:10") })
	said.Choices["told_before"] = []string{m.from("told_before", "no:70 organisation:15")}
	knows := map[string]int{"family": 72, "self": 92, "saw_held": 45, "friend": 55}[relation]
	if knows == 0 {
		knows = 50
	}
	for _, key := range slices.Sorted(maps.Keys(t.One)) {
		if m.percent(knows) {
			m.one(th, said, key, t.One[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Many)) {
		if m.percent(knows) {
			m.many(th, said, key, t.Many[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Days)) {
		if m.percent(knows) {
			m.date(th, said, key, t.Days[key])
		}
	}
	m.held(th, said, t, knows)
	slices.Sort(th.Mistaken)
}

// one answers a question of which one entry is chosen.
func (m *maker) one(th *Thread, said *testimony.Testimony, key, code string) {
	switch q, _ := questionnaire.Builtin().Find(key); {
	case m.percent(6):
		code = questionnaire.CodeUnknown
	case m.percent(2):
		code = questionnaire.CodeDeclined
	case m.percent(4):
		code = m.instead(q.List, code)
		th.Mistaken = append(th.Mistaken, key)
	}
	said.Answers[key] = code
}

// many answers a question of which several entries can be chosen.
func (m *maker) many(th *Thread, said *testimony.Testimony, key string, all []string) {
	q, _ := questionnaire.Builtin().Find(key)
	switch {
	case m.percent(5):
		all = []string{questionnaire.CodeUnknown}
	case m.percent(3):
		all = []string{m.instead(q.List, all[0])}
		th.Mistaken = append(th.Mistaken, key)
	case len(all) > 1 && m.percent(30):
		all = all[:1]
	}
	said.Choices[key] = slices.Clone(all)
}

// date answers a question for a date.
func (m *maker) date(th *Thread, said *testimony.Testimony, key, on string) {
	if m.percent(4) {
		said.Answers[key] = m.misremembered(number(on))
		th.Mistaken = append(th.Mistaken, key)
		return
	}
	said.Answers[key] = m.remembered(number(on))
}

// held tells where he was held.
func (m *maker) held(th *Thread, said *testimony.Testimony, t *Truth, knows int) {
	row := 1
	for _, stay := range t.Places {
		if !m.percent(knows) {
			continue
		}
		suffix := "_" + strconv.Itoa(row)
		row++
		m.one(th, said, "place"+suffix, stay.Place)
		if m.percent(60) {
			m.date(th, said, "place_from"+suffix, stay.From)
		}
		if stay.To != "" && m.percent(40) {
			m.date(th, said, "place_to"+suffix, stay.To)
		}
		if m.percent(70) {
			said.Answers["place_known"+suffix] = m.from("place_known", "survivor:45 himself:20 official:15")
		}
	}
}
