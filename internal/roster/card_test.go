package roster

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"amana/internal/wordlist"
)

func TestCard(t *testing.T) {
	v := reviewer(t, 100)
	v.Name = "مراجعة أ"
	a, _ := administrator(t, 1)
	for name, c := range map[string]struct {
		card Card
		keys string
		text string
	}{
		"reviewer": {v.Card(), "amana reviewer keys 1\nsigning " + v.Key + "\nrecipient " + v.Recipient.String() + "\n",
			"amana reviewer card 1\nname مراجعة أ\nsigning " + v.Key + "\nrecipient " + v.Recipient.String() + "\n"},
		"administrator": {a.Card(), "amana administrator keys 1\nkey " + a.Key + "\n",
			"amana administrator card 1\nname Administrator B\nkey " + a.Key + "\n"},
	} {
		sum := sha256.Sum256([]byte(c.keys))
		if c.card.Sum() != sum {
			t.Errorf("%s: the hash is not that of\n%s", name, c.keys)
		}
		for _, lang := range []string{"ar", "en"} {
			if c.card.Fingerprint(lang) != wordlist.Fingerprint(lang, sum) {
				t.Errorf("%s: the words in %s are others", name, lang)
			}
			c.text += fmt.Sprintf("fingerprint %s %s\n", lang, wordlist.Fingerprint(lang, sum))
		}
		if text := string(c.card.Text()); text != c.text {
			t.Errorf("%s: the card is\n%s\nwant\n%s", name, text, c.text)
		}
		again, err := ParseCard([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if again.Name != c.card.Name || again.Key != c.card.Key || again.Sum() != sum || (again.Recipient == nil) != (c.card.Recipient == nil) {
			t.Errorf("%s: read again it is %+v", name, again)
		}
		renamed := c.card
		renamed.Name = "another"
		if renamed.Sum() != sum {
			t.Errorf("%s: the name is in the hash", name)
		}
	}
	// The words that stand in a card of version 1 are these; a further language
	// needs a further version.
	if !slices.Equal(cardLanguages, []string{"ar", "en"}) {
		t.Errorf("languages %q", cardLanguages)
	}
	for _, lang := range cardLanguages {
		if !slices.Contains(wordlist.Languages(), lang) {
			t.Errorf("there are no words in %s", lang)
		}
	}
}

func TestParseCardRefuses(t *testing.T) {
	v, w := reviewer(t, 100), reviewer(t, 101)
	a, _ := administrator(t, 1)
	text, admin := string(v.Card().Text()), string(a.Card().Text())
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	swap := func(old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("%q does not stand in the card", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	noUse := Card{v.Name, lowX25519(t), v.Key}
	wrongKind := Card{v.Name, v.Recipient, a.Key}
	for name, c := range map[string]struct{ text, want string }{
		"empty":                {"", "this is not a card"},
		"roster":               {"amana roster 1\n", "this is not a card"},
		"key file":             {"# amana reviewer key 1\n" + id.String(), "SECRET"},
		"version 2":            {swap("card 1", "card 2"), "of a version"},
		"version 2 of admin":   {strings.Replace(admin, "card 1", "card 2", 1), "of a version"},
		"Windows":              {strings.ReplaceAll(text, "\n", "\r\n"), "Windows"},
		"cut":                  {text[:len(text)-1], "cut off"},
		"line gone":            {text[:strings.Index(text, "fingerprint en")], `here must stand "fingerprint en"`},
		"line too many":        {text + "fingerprint fa x\n", "does not belong"},
		"space too many":       {swap("signing ", "signing  "), "fingerprint is not"},
		"long":                 {text + strings.Repeat("x", maxText), "longer than"},
		"Arabic words":         {swap(v.Card().Fingerprint("ar"), w.Card().Fingerprint("ar")), "the fingerprint is not that of the keys"},
		"English words":        {swap(" en "+v.Card().Fingerprint("en"), " en "+w.Card().Fingerprint("en")), "the fingerprint is not that of the keys"},
		"words of a recipient": {swap(v.Recipient.String(), w.Recipient.String()), "the fingerprint is not that of the keys"},
		"words of a key":       {swap(v.Key, w.Key), "the fingerprint is not that of the keys"},
		"recipient damaged":    {swap(v.Recipient.String(), flip(v.Recipient.String())), "line 4 of the card: the key for sealing"},
		"recipient of no use":  {string(noUse.Text()), "nothing can be sealed"},
		"key of another kind":  {string(wrongKind.Text()), `is one of "amana-administrator"`},
		"key without number":   {string(Card{v.Name, v.Recipient, "x"}.Text()), "damaged or cut off"},
		"no name":              {swap("name "+v.Name, "name "), "a name is empty"},
		"name with escape":     {swap(v.Name, "x\x1b[2J"), "cannot be printed"},
		"secret as name":       {swap(v.Name, id.String()), "SECRET"},
		"secret as key":        {swap(v.Key, "PRIVATE+KEY+"+v.Key), "SECRET"},
	} {
		got, err := ParseCard([]byte(c.text))
		kind := ErrMalformed
		if c.want == "SECRET" {
			kind = ErrSecretKey
		}
		refused(t, name, err, kind, c.want)
		if got != nil {
			t.Errorf("%s: a card is returned", name)
		}
	}
}
