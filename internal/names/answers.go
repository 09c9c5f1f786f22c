package names

import "strings"

// Keys are the questions whose answers [Of] reads: those of the page of his name, and
// when and where things happened to him.
var (
	dateKeys  = [3]string{"defect_date", "surrender_date", "arrest_date"}
	placeKeys = [3]string{"defect_gov", "surrender_gov", "arrest_gov"}
)

// Of returns what the answers of one source say of a person. Of two answers to one
// question the later counts. id is that of the thread, group that of its case.
func Of(id, group string, answers ...map[string]string) Person {
	p := Person{ID: id, Group: group, Dates: make(map[string]string), Places: make(map[string]string)}
	for _, all := range answers {
		for key, to := range map[string]*string{"his_name": &p.Name, "his_father": &p.Father, "his_mother": &p.Mother, "his_birth": &p.Birth, "his_birthplace": &p.Birthplace} {
			if value := strings.TrimSpace(all[key]); value != "" {
				*to = strings.Clone(value) // not the whole document with it
			}
		}
		for _, key := range dateKeys {
			if all[key] != "" {
				p.Dates[key] = strings.Clone(all[key])
			}
		}
		for _, key := range placeKeys {
			if v := all[key]; v != "" && v != "unknown" && v != "declined" {
				p.Places[key] = strings.Clone(v)
			}
		}
	}
	return p
}

// Named tells whether anything is known by which people can be compared.
func (p *Person) Named() bool { return p.Name != "" || p.Father != "" || p.Mother != "" }
