package doctor

import "strings"

// target returns where an onion service hands its connections over: that of the first
// HiddenServicePort.
func (s service) target() string {
	all := values(s.lines, "HiddenServicePort")
	if len(all) == 0 {
		return ""
	}
	if f := strings.Fields(all[0]); len(f) > 1 {
		return f[1]
	}
	return "127.0.0.1:" + all[0] // the port of that number, here
}

// Onion returns the folder of the intake's onion service and its target: the one with
// the folder dir, or else the only one with a Unix socket. found is false if there is
// none, or none that can be told from others.
func (t *Torrc) Onion(dir string) (folder, target string, found bool) {
	s := t.onion(dir)
	if s == nil {
		return "", "", false
	}
	return s.dir, s.target(), true
}

func (t *Torrc) onion(dir string) *service {
	var unix []*service
	for i := range t.services {
		s := &t.services[i]
		if s.dir == strings.TrimSuffix(dir, "/") {
			return s
		}
		if strings.HasPrefix(s.target(), "unix:") {
			unix = append(unix, s)
		}
	}
	switch {
	case len(unix) == 1:
		return unix[0]
	case len(t.services) == 1:
		return &t.services[0]
	}
	return nil
}
