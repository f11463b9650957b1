package spaces

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// Landlock restricts a program, whichever user it is, see landlock(7). Rights that this kernel cannot restrict
// yet are not, which Cmd.Explain tells.
type Landlock struct {
	// Paths are the only files that the program can reach, each with all below it, and how: "read", "write",
	// "execute", "all" and landlock(7)'s own words ("make_dir"), separated by commas. They are paths inside the
	// root directory. Default (nil, not empty): any file.
	Paths map[string]string

	// BindPorts are the only TCP ports that it can bind, and ConnectPorts those that it can connect to (Linux
	// 6.7). Default (nil, not empty): any port.
	BindPorts, ConnectPorts []uint16

	// Scope is what is kept within the program and its children, by landlock(7)'s words (Linux 6.12).
	Scope []string

	// Optional: where this kernel has no Landlock, the program is started without. Otherwise Start fails.
	Optional bool
}

// The five sets of capabilities, by OCI's words.
var capabilitySets = map[string]int{
	"bounding":    raw.SPACES_CAPABILITIES_BOUNDING,
	"effective":   raw.SPACES_CAPABILITIES_EFFECTIVE,
	"inheritable": raw.SPACES_CAPABILITIES_INHERITABLE,
	"permitted":   raw.SPACES_CAPABILITIES_PERMITTED,
	"ambient":     raw.SPACES_CAPABILITIES_AMBIENT,
}

func (s *spec) privileges(isolation *Isolation) {
	if sets := isolation.Capabilities; sets != nil {
		// From the first one on, those that are not told are empty.
		s.try(s.raw.Set_capabilities(raw.SPACES_CAPABILITIES_BOUNDING, "", s.failure))
		for _, word := range sorted(sets) {
			s.capabilitySet(word, sets[word])
		}
	}
	s.each("CapDrop", isolation.CapDrop, s.raw.Drop_capability)
	s.each("CapAdd", isolation.CapAdd, s.raw.Add_capability)
	s.each("Securebits", isolation.Securebits, s.raw.Add_securebit)
	s.on(isolation.NewKeyring, s.raw.Set_new_keyring)
}

func (s *spec) capabilitySet(word string, names []string) {
	set, known := capabilitySets[word]
	if !known {
		s.fail(invalid("Capabilities", "%q is no set of capabilities: these are bounding, effective, inheritable, "+
			"permitted and ambient", word))
		return
	}
	var list strings.Builder
	for _, name := range names {
		list.WriteString(s.text("Capabilities", name))
		list.WriteByte(0)
	}
	s.try(s.raw.Set_capabilities(set, list.String(), s.failure))
}

func (s *spec) securityModules(isolation *Isolation) {
	s.given("AppArmorProfile", isolation.AppArmorProfile, s.raw.Set_apparmor_profile)
	s.given("SELinuxLabel", isolation.SELinuxLabel, s.raw.Set_selinux_label)
	s.given("MountLabel", isolation.MountLabel, s.raw.Set_mount_label)
	if isolation.Landlock != nil {
		s.landlock(isolation.Landlock)
	}
	if isolation.Seccomp == "default" {
		s.try(s.raw.Set_seccomp_default(1, s.failure))
	} else {
		s.given("Seccomp", isolation.Seccomp, s.raw.Set_seccomp)
	}
	if isolation.Seccomp == "" && !isolation.mayHaveMore() {
		if isolation.SeccompReport {
			s.fail(invalid("SeccompReport", "this is about the filter, and needs Seccomp"))
		}
		if isolation.SeccompCache != "" {
			s.fail(invalid("SeccompCache", "this is about the filter, and needs Seccomp"))
		}
	}
	s.on(isolation.SeccompReport, s.raw.Set_seccomp_report)
	s.given("SeccompCache", isolation.SeccompCache, s.raw.Set_seccomp_cache)
}

// mayHaveMore tells whether there may be a filter and limits that the other fields do not tell of.
func (i *Isolation) mayHaveMore() bool { return len(i.Config) != 0 || i.Confine != "" }

func (s *spec) landlock(rules *Landlock) {
	if rules.Paths == nil && rules.BindPorts == nil && rules.ConnectPorts == nil && rules.Scope == nil {
		s.fail(invalid("Landlock", "nothing is restricted: one of Paths, BindPorts, ConnectPorts and Scope must be set"))
	}
	if known := rules.known(); len(known) != 0 {
		s.merge(map[string]any{"spaces": map[string]any{"landlock": known}})
	}
	for _, path := range sorted(rules.Paths) {
		access := s.text("Landlock.Paths", rules.Paths[path])
		s.try(s.raw.Add_landlock_path(s.text("Landlock.Paths", path), access, s.failure))
	}
	for _, port := range rules.BindPorts {
		s.try(s.raw.Add_landlock_port("bind", uint32(port), s.failure))
	}
	for _, port := range rules.ConnectPorts {
		s.try(s.raw.Add_landlock_port("connect", uint32(port), s.failure))
	}
}

// known is what only JSON can say: that no path or port is allowed at all, and what has no setter.
func (l *Landlock) known() map[string]any {
	known := map[string]any{}
	if l.Paths != nil && len(l.Paths) == 0 {
		known["paths"] = []string{}
	}
	if l.BindPorts != nil && len(l.BindPorts) == 0 {
		known["bindTcp"] = []uint16{}
	}
	if l.ConnectPorts != nil && len(l.ConnectPorts) == 0 {
		known["connectTcp"] = []uint16{}
	}
	if l.Scope != nil {
		known["scope"] = l.Scope
	}
	if l.Optional {
		known["optional"] = true
	}
	return known
}

// merge has a part of a config.json read over what there is.
func (s *spec) merge(part map[string]any) {
	text, err := json.Marshal(part)
	if err != nil { // of what a user gave as JSON
		s.fail(invalid("Config", "%v", err))
		return
	}
	s.try(s.raw.Load_json(string(text), s.failure))
}

func (s *spec) scheduling(isolation *Isolation) {
	if isolation.Scheduler != "" || isolation.Nice != nil {
		policy, priority := s.wordAndNumber("Scheduler", "SCHED_", isolation.Scheduler, "other")
		nice := 0
		if isolation.Nice != nil {
			nice = s.number("Nice", *isolation.Nice)
		}
		s.try(s.raw.Set_scheduler(policy, nice, priority, s.failure))
	}
	if isolation.IOPriority != "" {
		class, priority := s.wordAndNumber("IOPriority", "IOPRIO_CLASS_", isolation.IOPriority, "")
		s.try(s.raw.Set_io_priority(class, priority, s.failure))
	}
	s.given("CPUAffinity", isolation.CPUAffinity, s.raw.Set_cpu_affinity)
	s.given("Personality", strings.ToUpper(isolation.Personality), s.raw.Set_personality)
}

// wordAndNumber reads "fifo:50" as "SCHED_FIFO" and 50. Without a number that is 0.
func (s *spec) wordAndNumber(object, prefix, text, otherwise string) (string, int) {
	if text == "" {
		text = otherwise
	}
	word, digits, isTold := strings.Cut(s.text(object, text), ":")
	number := 0
	if isTold {
		var err error
		if number, err = strconv.Atoi(digits); err != nil {
			s.fail(invalid(object, "%q is no priority", digits))
		}
	}
	word = strings.ToUpper(word)
	if !strings.HasPrefix(word, prefix) {
		word = prefix + word
	}
	return word, s.number(object, number)
}
