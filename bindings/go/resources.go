package spaces

import (
	"encoding/json"
	"math"
	"strconv"
)

// A DeviceRule allows or denies the use of some devices.
type DeviceRule struct {
	Allow bool

	// Rule is "a" (all), or a type, MAJOR:MINOR, of which each may be "*", and of the letters rwm what it is
	// about: "c 1:3 rwm".
	Rule string
}

// controlGroup sets what the program and all that it starts may use.
func (s *spec) controlGroup(isolation *Isolation) {
	s.refuseIgnored(isolation)
	if resources := isolation.Resources; len(resources) != 0 {
		if !json.Valid(resources) {
			s.fail(invalid("Resources", "this is no JSON"))
			return
		}
		s.merge(map[string]any{"linux": map[string]any{"resources": json.RawMessage(resources)}})
	}
	for _, key := range sorted(isolation.Limits) {
		s.limit("Limits", key, isolation.Limits[key])
	}
	if isolation.Memory != "" {
		s.limit("Memory", "memory.max", isolation.Memory)
	}
	if isolation.CPUs != 0 {
		s.cpus(isolation.CPUs)
	}
	s.pidsLimit(isolation.PidsLimit)
	for _, rule := range isolation.DeviceRules {
		s.try(s.raw.Add_device_rule(flag(rule.Allow), s.text("DeviceRules", rule.Rule), s.failure))
	}
	if isolation.OwnCgroup { // whatever its path
		s.merge(map[string]any{"spaces": map[string]any{"cgroup": map[string]bool{"own": true}}})
	}
	s.given("CgroupPath", isolation.CgroupPath, s.raw.Set_cgroup_path)
	s.given("CgroupManager", isolation.CgroupManager, s.raw.Set_cgroup_manager)
	s.on(isolation.CgroupFallback, s.raw.Set_cgroup_fallback)
	if isolation.JoinCgroup != 0 {
		s.try(s.raw.Join_cgroup(s.number("JoinCgroup", isolation.JoinCgroup), s.failure))
	}
}

// refuseIgnored finds what would say nothing beside the other options, or without them.
func (s *spec) refuseIgnored(isolation *Isolation) {
	for _, short := range []struct {
		name, key string
		given     bool
	}{
		{"Memory", "memory.max", isolation.Memory != ""},
		{"CPUs", "cpu.max", isolation.CPUs != 0},
		{"PidsLimit", "pids.max", isolation.PidsLimit != 0},
	} {
		if _, also := isolation.Limits[short.key]; also && short.given {
			s.fail(invalid(short.name, "Limits[%q] is the same limit: choose one", short.key))
		}
	}
	if isolation.Memory != "" || isolation.CPUs != 0 || isolation.PidsLimit != 0 || len(isolation.Limits) != 0 ||
		len(isolation.Resources) != 0 || len(isolation.DeviceRules) != 0 || isolation.OwnCgroup ||
		isolation.CgroupPath != "" || isolation.mayHaveMore() { // there is a group, or may be
		return
	}
	if isolation.CgroupManager != "" {
		s.fail(invalid("CgroupManager", "this is about a control group, and needs a limit or OwnCgroup"))
	}
	if isolation.CgroupFallback {
		s.fail(invalid("CgroupFallback", "this is about a control group, and needs a limit or OwnCgroup"))
	}
}

func (s *spec) limit(object, key, value string) {
	s.try(s.raw.Set_cgroup(s.text(object, key), s.text(object, value), s.failure))
}

// cpus limits the time of each 100 ms, of which the kernel takes no less than one.
func (s *spec) cpus(number float64) {
	const period, least, most = 100_000, 1000, 1e12
	quota := math.Round(number * period)
	if !(quota >= least && quota <= most) {
		s.fail(invalid("CPUs", "%v is no number of processors: it is at least 0.01, like 0.5 or 2", number))
		return
	}
	s.limit("CPUs", "cpu.max", strconv.FormatInt(int64(quota), 10)+" "+strconv.Itoa(period))
}

func (s *spec) pidsLimit(number int64) {
	switch {
	case number == 0: // there is no limit to set
	case number == -1:
		s.limit("PidsLimit", "pids.max", "max")
	case number < 0 || number > math.MaxInt32:
		s.fail(invalid("PidsLimit", "%d is no number of processes: -1 is for any", number))
	default:
		s.limit("PidsLimit", "pids.max", strconv.FormatInt(number, 10))
	}
}
