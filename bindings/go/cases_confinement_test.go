package spaces_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

// The options of confinement and resources, as the table of cases spells them. Those with several forms in
// languages without types have all of them here.
type caseConfinement struct {
	Confine        string
	SystemRoot     bool  `json:"system_root"`
	DefaultMounts  bool  `json:"default_mounts"`
	MountProc      *bool `json:"mount_proc"`
	Setgroups      *bool
	Domainname     string
	Propagation    string
	DieWithParent  bool `json:"die_with_parent"`
	Files          map[string]fileOfCase
	Directories    directoriesOfCase
	Symlinks       map[string]string
	Devices        []pairOfCase
	DefaultDevices bool     `json:"default_devices"`
	MaskedPaths    listCase `json:"masked_paths"`
	ReadonlyPaths  listCase `json:"readonly_paths"`
	Sysctl         map[string]textOfCase

	CapAdd          listCase `json:"cap_add"`
	CapDrop         listCase `json:"cap_drop"`
	Capabilities    map[string][]string
	Securebits      listCase
	AppArmorProfile string `json:"apparmor_profile"`
	SELinuxLabel    string `json:"selinux_label"`
	MountLabel      string `json:"mount_label"`
	Landlock        *struct {
		Paths         map[string]listCase
		Bind, Connect []uint16
		Scope         []string
		Optional      bool
	}
	Seccomp       json.RawMessage
	SeccompReport bool   `json:"seccomp_report"`
	SeccompCache  string `json:"seccomp_cache"`
	NewKeyring    bool   `json:"new_keyring"`

	Nice        *int
	Scheduler   pairOfCase
	IOPriority  pairOfCase  `json:"io_priority"`
	CPUAffinity numbersCase `json:"cpu_affinity"`
	Personality string

	Memory         textOfCase
	CPUs           float64
	PidsLimit      textOfCase `json:"pids_limit"`
	Limits         map[string]textOfCase
	Resources      json.RawMessage
	DeviceRules    []ruleOfCase `json:"device_rules"`
	OwnCgroup      bool         `json:"own_cgroup"`
	CgroupPath     string       `json:"cgroup_path"`
	CgroupManager  string       `json:"cgroup_manager"`
	CgroupFallback bool         `json:"cgroup_fallback"`
	JoinCgroup     int          `json:"join_cgroup"`
}

// A text, or a number.
type textOfCase string

func (t *textOfCase) UnmarshalJSON(given []byte) error {
	var value any
	decoder := json.NewDecoder(strings.NewReader(string(given)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	*t = textOfCase(fmt.Sprint(value))
	return nil
}

// A list of texts, or one.
type listCase []string

func (l *listCase) UnmarshalJSON(given []byte) error {
	var one string
	if json.Unmarshal(given, &one) == nil {
		*l = listCase{one}
		return nil
	}
	return json.Unmarshal(given, (*[]string)(l))
}

// A text, or a list of two: "fifo:50", ["fifo", 50].
type pairOfCase [2]string

func (p *pairOfCase) UnmarshalJSON(given []byte) error {
	if json.Unmarshal(given, &p[0]) == nil {
		return nil
	}
	var two [2]textOfCase
	err := json.Unmarshal(given, &two)
	p[0], p[1] = string(two[0]), string(two[1])
	return err
}

func (p pairOfCase) joined() string {
	if p[1] == "" {
		return p[0]
	}
	return p[0] + ":" + p[1]
}

// A list of numbers as text, "0-3,7", or itself.
type numbersCase string

func (n *numbersCase) UnmarshalJSON(given []byte) error {
	if json.Unmarshal(given, (*string)(n)) == nil {
		return nil
	}
	var numbers []int
	err := json.Unmarshal(given, &numbers)
	texts := make([]string, len(numbers))
	for i, number := range numbers {
		texts[i] = strconv.Itoa(number)
	}
	*n = numbersCase(strings.Join(texts, ","))
	return err
}

// A content, or a content and a mode.
type fileOfCase struct {
	content string
	mode    uint32
}

func (f *fileOfCase) UnmarshalJSON(given []byte) error {
	if json.Unmarshal(given, &f.content) == nil {
		return nil
	}
	return json.Unmarshal(given, &[]any{&f.content, &f.mode})
}

// Paths, or paths with modes.
type directoriesOfCase []spaces.Directory

func (d *directoriesOfCase) UnmarshalJSON(given []byte) error {
	modes := map[string]uint32{}
	var paths []string
	if json.Unmarshal(given, &paths) == nil {
		for _, path := range paths {
			*d = append(*d, spaces.Directory{Path: path})
		}
		return nil
	}
	err := json.Unmarshal(given, &modes)
	for path, mode := range modes {
		*d = append(*d, spaces.Directory{Path: path, Mode: mode})
	}
	return err
}

// "allow c 1:3 rwm", or [true, "c 1:3 rwm"].
type ruleOfCase spaces.DeviceRule

func (r *ruleOfCase) UnmarshalJSON(given []byte) error {
	var text string
	if json.Unmarshal(given, &text) != nil {
		return json.Unmarshal(given, &[]any{&r.Allow, &r.Rule})
	}
	word, rule, _ := strings.Cut(text, " ")
	if word != "allow" && word != "deny" {
		return fmt.Errorf("no rule for devices: %s", text)
	}
	r.Allow, r.Rule = word == "allow", rule
	return nil
}

func (r *caseRun) texts(given []string) []string {
	var texts []string
	for _, text := range given {
		texts = append(texts, r.text(text))
	}
	return texts
}

func plain(values map[string]textOfCase) map[string]string {
	if values == nil {
		return nil
	}
	texts := map[string]string{}
	for key, value := range values {
		texts[key] = string(value)
	}
	return texts
}

func (r *caseRun) confine(options *caseConfinement, isolation *spaces.Isolation) {
	isolation.Confine, isolation.SystemRoot = options.Confine, options.SystemRoot
	isolation.DefaultMounts, isolation.MountProc = options.DefaultMounts, options.MountProc
	isolation.Setgroups, isolation.Domainname = options.Setgroups, options.Domainname
	isolation.Propagation, isolation.DieWithParent = options.Propagation, options.DieWithParent
	r.fill(options, isolation)

	isolation.CapAdd, isolation.CapDrop = options.CapAdd, options.CapDrop
	isolation.Capabilities, isolation.Securebits = options.Capabilities, options.Securebits
	isolation.AppArmorProfile, isolation.SELinuxLabel = options.AppArmorProfile, options.SELinuxLabel
	isolation.MountLabel = options.MountLabel
	if given := options.Landlock; given != nil {
		rules := &spaces.Landlock{BindPorts: given.Bind, ConnectPorts: given.Connect,
			Scope: given.Scope, Optional: given.Optional}
		for path, access := range given.Paths {
			if rules.Paths == nil {
				rules.Paths = map[string]string{}
			}
			rules.Paths[r.text(path)] = strings.Join(access, ",")
		}
		isolation.Landlock = rules
	}
	if json.Unmarshal(options.Seccomp, &isolation.Seccomp) != nil {
		isolation.Seccomp = string(options.Seccomp)
	}
	isolation.SeccompReport, isolation.SeccompCache = options.SeccompReport, r.text(options.SeccompCache)
	isolation.NewKeyring = options.NewKeyring

	isolation.Nice, isolation.Scheduler = options.Nice, options.Scheduler.joined()
	isolation.IOPriority, isolation.CPUAffinity = options.IOPriority.joined(), string(options.CPUAffinity)
	isolation.Personality = options.Personality

	isolation.Memory, isolation.CPUs = string(options.Memory), options.CPUs
	if limit := options.PidsLimit; limit == "max" {
		isolation.PidsLimit = -1
	} else if limit != "" {
		isolation.PidsLimit = must(strconv.ParseInt(string(limit), 10, 64))(r.t)
	}
	isolation.Limits, isolation.Resources = plain(options.Limits), options.Resources
	for _, rule := range options.DeviceRules {
		isolation.DeviceRules = append(isolation.DeviceRules, spaces.DeviceRule(rule))
	}
	isolation.OwnCgroup, isolation.CgroupPath = options.OwnCgroup, r.text(options.CgroupPath)
	isolation.CgroupManager, isolation.CgroupFallback = options.CgroupManager, options.CgroupFallback
	isolation.JoinCgroup = options.JoinCgroup
}

// fill sets what is in the file system.
func (r *caseRun) fill(options *caseConfinement, isolation *spaces.Isolation) {
	for path, file := range options.Files {
		isolation.Files = append(isolation.Files,
			spaces.File{Path: r.text(path), Content: []byte(r.text(file.content)), Mode: file.mode})
	}
	for _, directory := range options.Directories {
		directory.Path = r.text(directory.Path)
		isolation.Directories = append(isolation.Directories, directory)
	}
	isolation.Symlinks = options.Symlinks
	for _, device := range options.Devices {
		isolation.Devices = append(isolation.Devices, spaces.Device{Source: r.text(device[0]), Path: r.text(device[1])})
	}
	isolation.DefaultDevices = options.DefaultDevices
	isolation.MaskedPaths, isolation.ReadonlyPaths = r.texts(options.MaskedPaths), r.texts(options.ReadonlyPaths)
	isolation.Sysctl = plain(options.Sysctl)
}

// Every key that the table may have is known here, in each of its forms.
func TestTheTableMayHaveEveryOption(t *testing.T) {
	decoder := json.NewDecoder(strings.NewReader(`{"confine": "sandbox", "system_root": true, "memory": 1024, "cpus": 0.5, "pids_limit": 5,
		"limits": {"cpu.weight": 50, "memory.high": "1M"}, "resources": {"pids": {"limit": 5}},
		"cgroup_path": "{tmp}", "cgroup_manager": "auto", "cgroup_fallback": true, "own_cgroup": true, "join_cgroup": 1,
		"device_rules": ["deny a", [true, "c 1:3 rwm"]], "cap_add": "net_raw", "cap_drop": ["all"],
		"capabilities": {"bounding": []}, "securebits": ["noroot"], "apparmor_profile": "a", "selinux_label": "b", "mount_label": "c",
		"landlock": {"paths": {"{tmp}": ["read"]}, "scope": [], "optional": true, "bind": [], "connect": [80]}, "seccomp": {"defaultAction": "a"},
		"seccomp_report": true, "seccomp_cache": "/c", "new_keyring": true, "nice": 1, "scheduler": ["fifo", 50],
		"io_priority": "be:4", "cpu_affinity": [0, 1], "personality": "linux", "sysctl": {"a.b": 1},
		"files": {"/a": "b", "/c": ["d", 256]}, "directories": {"/d": 448}, "symlinks": {"/l": "t"},
		"devices": ["/dev/fuse", ["/dev/null", "/dev/none"]], "default_devices": true, "masked_paths": "/m",
		"readonly_paths": ["/r"], "default_mounts": true, "mount_proc": false, "setgroups": false,
		"domainname": "d", "propagation": "slave", "die_with_parent": true}`))
	decoder.DisallowUnknownFields()
	var options caseOptions
	if err := decoder.Decode(&options); err != nil {
		t.Fatal(err)
	}
	run := &caseRun{t: t, empty: "/empty"}
	cmd := &spaces.Cmd{}
	run.apply(&options, cmd)
	isolation := cmd.Isolation
	equal(t, "memory", isolation.Memory, "1024")
	equal(t, "limits", isolation.Limits["cpu.weight"], "50")
	equal(t, "path", isolation.CgroupPath, "/empty")
	equal(t, "rule", isolation.DeviceRules[1], spaces.DeviceRule{Allow: true, Rule: "c 1:3 rwm"})
	equal(t, "Landlock", isolation.Landlock.Paths["/empty"], "read")
	equal(t, "no port", isolation.Landlock.BindPorts != nil, true)
	equal(t, "seccomp", isolation.Seccomp, `{"defaultAction": "a"}`)
	equal(t, "scheduler", isolation.Scheduler, "fifo:50")
	equal(t, "CPUs", isolation.CPUAffinity, "0,1")
	equal(t, "directory", isolation.Directories[0], spaces.Directory{Path: "/d", Mode: 0o700})
	equal(t, "device", isolation.Devices[1], spaces.Device{Source: "/dev/null", Path: "/dev/none"})
}

var errnosOfCases = map[string]syscall.Errno{
	"EPERM": syscall.EPERM, "ENOENT": syscall.ENOENT, "EACCES": syscall.EACCES, "ESRCH": syscall.ESRCH,
	"EINVAL": syscall.EINVAL, "EBUSY": syscall.EBUSY, "ENOSYS": syscall.ENOSYS, "EROFS": syscall.EROFS,
	"ENODEV": syscall.ENODEV, "ENOTDIR": syscall.ENOTDIR, "ELOOP": syscall.ELOOP, "EOPNOTSUPP": syscall.EOPNOTSUPP,
}

var codesOfCases = map[string]spaces.Code{
	"EINVALID": spaces.ErrInvalid, "ESYSTEM": spaces.ErrSystem, "ESETUP": spaces.ErrSetup,
	"EUNSUPPORTED": spaces.ErrUnsupported, "ENOTFOUND": spaces.ErrNotFound, "EEXISTS": spaces.ErrExists,
	"ESTATE": spaces.ErrState, "ETIMEOUT": spaces.ErrTimeout, "ENOMEMORY": spaces.ErrNoMemory,
}
