package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"

	"amana/internal/wordlist"
)

func TestText(t *testing.T) {
	r, _ := sample(t)
	r.Epoch, r.Previous = 7, sha256.Sum256(nil)
	r.Reviewers[0].Name = "مراجعة أ"
	text := string(r.Text())
	want := "amana roster 1\nepoch 7\nprevious e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n" +
		"from 2026-11-22\nuntil 2027-05-22\nsignatures 2\n\nadministrator Administrator A\n  key amana-administrator+"
	if !strings.HasPrefix(text, want) {
		t.Fatalf("the text begins\n%.400s", text)
	}
	reviewer := r.Reviewers[0]
	want = "\nreviewer مراجعة أ\n  signing " + reviewer.Key + "\n  fingerprint " +
		wordlist.Fingerprint("en", sha256.Sum256([]byte("amana reviewer keys 1\nsigning "+reviewer.Key+"\nrecipient "+reviewer.Recipient.String()+"\n"))) +
		"\n  recipient " + reviewer.Recipient.String() + "\nreviewer Reviewer B\n"
	if !strings.Contains(text, want) {
		t.Errorf("the first reviewer does not stand there as\n%s", want)
	}
	sum := sha256.Sum256([]byte(text))
	if r.Sum() != sum || r.SHA256() != hex.EncodeToString(sum[:]) {
		t.Error("the hash is not that of the text")
	}
	for _, lang := range []string{"en", "ar"} {
		if r.Fingerprint(lang) != wordlist.Fingerprint(lang, sum) {
			t.Errorf("%s: the fingerprint is not that of the text", lang)
		}
	}

	again, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if string(again.Text()) != text || again.Epoch != 7 || again.Previous != r.Previous || again.Signatures != 2 ||
		len(again.Administrators) != 3 || len(again.Recipients()) != 2 ||
		again.Recipients()[1].(*age.HybridRecipient).String() != r.Reviewers[1].Recipient.String() {
		t.Errorf("read again it is %+v", again)
	}
	for _, v := range r.Reviewers {
		if f := again.FindKey(v.Key); f == nil || f.Name != v.Name {
			t.Errorf("%s is not found by key", v.Name)
		}
	}
	if again.FindKey("") != nil || again.FindKey(r.Administrators[0].Key) != nil {
		t.Error("somebody is found who is not a reviewer")
	}
}

// One text has one spelling: whatever else reads alike is refused.
func TestParseRefuses(t *testing.T) {
	r, _ := sample(t)
	first := string(r.Text())
	r2 := following(r)
	text := string(r2.Text())
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	swap := func(old, new string) string {
		if strings.Count(text, old) < 1 {
			t.Fatalf("%q does not stand in the text", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	key, rec := r.Administrators[0].Key, r.Reviewers[0].Recipient.String()
	hash := strings.Split(key, "+")[1]
	for name, c := range map[string]struct{ text, want string }{
		"empty":                {"", "this is not a roster"},
		"other":                {"amana bundle 1\n", `does not begin with "amana roster"`},
		"list of reviewers":    {"# name: A\n" + rec + "\n", "this is not a roster"},
		"version 2":            {swap("roster 1", "roster 2"), "of a version"},
		"version 10":           {swap("roster 1", "roster 10"), "of a version"},
		"first line alone":     {"amana roster 1", "cut off"},
		"Windows":              {strings.ReplaceAll(text, "\n", "\r\n"), "Windows"},
		"one return":           {swap("epoch 2\n", "epoch 2\r\n"), "Windows"},
		"byte order mark":      {"\uFEFF" + text, "this is not a roster"},
		"no end":               {strings.TrimSuffix(text, "\n"), "cut off"},
		"line too many":        {text + "\n", "does not belong"},
		"space before":         {" " + text, "this is not a roster"},
		"not UTF-8":            {swap("Reviewer A", "Reviewer \xff"), "damaged"},
		"cut after the head":   {text[:strings.Index(text, "administrator")], "at least 1 administrator"},
		"cut after the admins": {text[:strings.Index(text, "\nreviewer")+1], "at least 1 reviewer"},
		"cut in a block":       {text[:strings.Index(text, "  fingerprint")], "line 10 of the roster: here must stand \"fingerprint\""},
		"epoch 0":              {swap("epoch 2", "epoch 0"), "from 1 on"},
		"epoch 02":             {swap("epoch 2", "epoch 02"), "not spelled"},
		"epoch +2":             {swap("epoch 2", "epoch +2"), "must stand a number"},
		"epoch too great":      {swap("epoch 2", "epoch 4294967296"), "must stand a number"},
		"no epoch":             {swap("epoch 2\n", ""), `line 2 of the roster: here must stand "epoch"`},
		"two epochs":           {swap("epoch 2\n", "epoch 2\nepoch 3\n"), `line 3 of the roster: here must stand "previous"`},
		"two spaces":           {swap("epoch 2", "epoch  2"), "must stand a number"},
		"space at the end":     {swap("signatures 2\n", "signatures 2 \n"), "must stand a number"},
		"previous none":        {swap("previous "+r.SHA256(), "previous none"), "names the one before it"},
		"previous zero":        {swap(r.SHA256(), strings.Repeat("0", 64)), "names the one before it"},
		"previous short":       {swap(r.SHA256(), r.SHA256()[2:]), "hash of the roster before"},
		"previous capitals":    {swap(r.SHA256(), strings.ToUpper(r.SHA256())), "not spelled"},
		"first with previous":  {strings.Replace(first, "previous none", "previous "+r.SHA256(), 1), "names the one before it"},
		"first with zero":      {strings.Replace(first, "previous none", "previous "+strings.Repeat("0", 64), 1), "not spelled"},
		"no such day":          {swap("from 2026-11-22", "from 2026-02-29"), "is not a day"},
		"short day":            {swap("until 2027-05-22", "until 2027-5-22"), "is not a day"},
		"day with time":        {swap("until 2027-05-22", "until 2027-05-22T00:00"), "is not a day"},
		"until before from":    {swap("until 2027-05-22", "until 2026-11-21"), "is before the first"},
		"no signature asked":   {swap("signatures 2", "signatures 0"), "signed by at least 1"},
		"more than there are":  {swap("signatures 2", "signatures 4"), "no more than there are (3)"},
		"minus":                {swap("signatures 2", "signatures -1"), "must stand a number"},
		"no empty line":        {swap("\n\nadmin", "\nadmin"), "an empty line"},
		"two empty lines":      {swap("\n\nadmin", "\n\n\nadmin"), "does not belong"},
		"empty line inside":    {swap("\nreviewer Reviewer B", "\n\nreviewer Reviewer B"), "does not belong"},
		"remark":               {swap("\nreviewer Reviewer B", "\n# remark\nreviewer Reviewer B"), "does not belong"},
		"administrator below":  {text + string(blockOf(text, "administrator Administrator A")), "does not belong"},
		"no indent":            {swap("  key ", "key "), `here must stand "key"`},
		"tab":                  {swap("  key ", "\tkey "), `here must stand "key"`},
		"lines exchanged":      {swap("  recipient "+rec+"\n", ""), `here must stand "recipient"`},
		"name empty":           {swap("Reviewer A\n", "\n"), "a name is empty"},
		"name is a space":      {swap("Reviewer A\n", " \n"), "a name is empty"},
		"name begins so":       {swap("Reviewer A\n", " Reviewer A\n"), "begins or ends with a space"},
		"name ends so":         {swap("Reviewer A\n", "Reviewer A \n"), "begins or ends with a space"},
		"name long":            {swap("Reviewer A\n", strings.Repeat("ب", 101)+"\n"), "at most 100"},
		"name with escape":     {swap("Reviewer A\n", "A\x1b[2J\n"), "cannot be printed"},
		"name turned":          {swap("Reviewer A\n", "A\u202eB\n"), "cannot be printed"},
		"name joined":          {swap("Reviewer A\n", "A\u200dB\n"), "cannot be printed"},
		"name of no width":     {swap("Reviewer A\n", "\u3164\n"), "cannot be seen"},
		"name of Braille":      {swap("Reviewer A\n", "A\u2800\n"), "cannot be seen"},
		"name of a sign alone": {swap("Reviewer A\n", "\u0651\n"), "a name is empty"},
		"name with a variant":  {swap("Reviewer A\n", "A\ufe0f\n"), "cannot be seen"},
		"name with two lines":  {swap("Reviewer A\n", "A\u2028B\n"), "cannot be printed"},
		"name twice":           {swap("Reviewer B\n", "Reviewer A\n"), "stands there twice"},
		"name in small":        {swap("Reviewer B\n", "reviewer a\n"), "stands there twice"},
		"name in full width":   {swap("Reviewer B\n", "Reviewer Ａ\n"), "stands there twice"},
		"name with accent":     {swap("Reviewer B\n", "Reviewér A\n"), "stands there twice"},
		"name with more space": {swap("Reviewer B\n", "Reviewer  A\n"), "stands there twice"},
		"name of an admin":     {swap("Reviewer B\n", "Administrator A\n"), "stands there twice"},
		"fingerprint other":    {swap(r.Administrators[0].Card().Fingerprint("en"), r.Administrators[1].Card().Fingerprint("en")), `line 10 of the roster: the fingerprint is not that of the keys of "Administrator A"`},
		"fingerprint Arabic":   {swap(r.Administrators[0].Card().Fingerprint("en"), r.Administrators[0].Card().Fingerprint("ar")), "the fingerprint is not"},
		"fingerprint short":    {swap(r.Reviewers[0].Card().Fingerprint("en"), strings.Join(strings.Fields(r.Reviewers[0].Card().Fingerprint("en"))[:7], " ")), "the fingerprint is not"},
		"recipient X25519":     {swap(rec, plain.Recipient().String()), "is damaged, cut off or of another kind"},
		"recipient cut":        {swap(rec, rec[:len(rec)-1]), "is damaged, cut off or of another kind"},
		"recipient flipped":    {swap(rec, flip(rec)), "is damaged, cut off or of another kind"},
		"recipient capitals":   {swap(rec, strings.ToUpper(rec)), "is damaged, cut off or of another kind"},
		"recipient other":      {swap(rec, id.Recipient().String()), `the fingerprint is not that of the keys of "Reviewer A"`},
		"key of other hash":    {swap("+"+hash+"+", "+00000000+"), "the fingerprint is not"},
		"secret":               {swap(rec, id.String()), "SECRET key"},
		"secret in small":      {swap(rec, strings.ToLower(plain.String())), "SECRET key"},
		"signing secret":       {swap(key, "PRIVATE+KEY+"+key), "SECRET key"},
		"secret alone":         {id.String(), "SECRET key"},
	} {
		got, err := Parse([]byte(c.text))
		kind := ErrMalformed
		if strings.Contains(name, "secret") {
			kind = ErrSecretKey
		}
		refused(t, name, err, kind, c.want)
		if got != nil {
			t.Errorf("%s: a roster is returned", name)
		}
		if err != nil && (strings.Contains(strings.ToUpper(err.Error()), id.String()[20:30]) || strings.Contains(err.Error(), "\x1b")) {
			t.Errorf("%s: the error repeats what stands there: %v", name, err)
		}
	}
	if _, err := Parse([]byte(text)); err != nil {
		t.Errorf("as it was: %v", err)
	}
}

// blockOf returns the block of a text that begins with a line.
func blockOf(text, line string) string {
	_, rest, _ := strings.Cut(text, "\n"+line+"\n")
	return line + "\n" + strings.Join(strings.SplitAfter(rest, "\n")[:2], "")
}

// A roster as long as the bounds let it be is read; one more person is not.
func TestBounds(t *testing.T) {
	r, _ := sample(t)
	one := r.Reviewers[0]
	r.Administrators, r.Reviewers = nil, nil
	for i := range 20 {
		a, _ := administrator(t, byte(i))
		a.Name = fmt.Sprintf("مديرة %d", i)
		r.Administrators = append(r.Administrators, a)
	}
	for i := range 100 {
		v := reviewer(t, byte(100+i))
		v.Name = fmt.Sprintf("%03d%s", i, strings.Repeat("ب", 97))
		r.Reviewers = append(r.Reviewers, v)
	}
	r.Signatures = 20
	text := r.Text()
	if again, err := Parse(text); err != nil || len(again.Reviewers) != 100 || len(again.Administrators) != 20 {
		t.Fatalf("%d bytes: %v", len(text), err)
	}
	for i := range r.Reviewers {
		r.Reviewers[i].Name = fmt.Sprintf("%03d%s", i, strings.Repeat("𐤀", 97))
	}
	for i := range r.Administrators {
		r.Administrators[i].Name = fmt.Sprintf("%03d%s", 900+i, strings.Repeat("𐤀", 97))
	}
	long := r.Text()
	refused(t, "names", r.Check(), ErrMalformed, "shorten the names")
	if _, err := Parse(long); err == nil {
		t.Errorf("%d bytes are read", len(long))
	}
	one.Name = "one more"
	if r, err := Parse(text); err != nil {
		t.Fatal(err)
	} else if r.Reviewers = append(r.Reviewers, one); r.Check() == nil {
		t.Error("101 reviewers pass")
	}
	r.Reviewers = append(r.Reviewers, one)
	if _, err := Parse(r.Text()); err == nil {
		t.Error("101 reviewers are read")
	}
	r, _ = sample(t)
	for seed := range byte(18) {
		a, _ := administrator(t, 3+seed)
		r.Administrators = append(r.Administrators, a)
	}
	refused(t, "21 administrators", r.Check(), ErrMalformed, "at most 20")
	if _, err := Parse(r.Text()); err == nil {
		t.Error("21 administrators are read")
	}
}

func TestInForce(t *testing.T) {
	r, _ := sample(t)
	for day, want := range map[string]struct {
		kind error
		left int
	}{
		"2026-11-21": {ErrNotYet, 182},
		"2026-11-22": {nil, 181},
		"2027-05-21": {nil, 1},
		"2027-05-22": {nil, 0},
		"2027-05-23": {ErrExpired, -1},
		"9999-12-31": {ErrExpired, -2911936},
		"0001-01-01": {ErrNotYet, 740122},
		"":           {ErrMalformed, -1},
		"2027-02-29": {ErrMalformed, -1},
		"2027-2-2":   {ErrMalformed, -1},
		"20270202":   {ErrMalformed, -1},
		"tomorrow":   {ErrMalformed, -1},
	} {
		if err := r.InForce(day); want.kind == nil && err != nil {
			t.Errorf("%s: %v", day, err)
		} else if want.kind != nil {
			refused(t, day, err, want.kind, "")
		}
		if left := r.DaysLeft(day); left != want.left {
			t.Errorf("%s: %d days left, want %d", day, left, want.left)
		}
	}
	for _, r := range []*Roster{{}, {From: "2026-11-22"}, {Until: "2027-05-22"}, {From: "x", Until: "y"}} {
		if r.InForce("2026-12-01") == nil {
			t.Errorf("in force from %q until %q", r.From, r.Until)
		}
	}
}
