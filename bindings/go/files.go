package spaces

import "math"

// A File is one in memory, whose content is given with the Spec and gone with the program's mount namespace.
type File struct {
	// Path is where it is mounted, inside the root directory. An empty file is made there if there is none.
	Path string

	// Content is what is in it.
	Content []byte

	// Mode are its permission bits, at most 07777. One without bits to write (0444) is read-only to root too.
	// 0: 0644.
	Mode uint32
}

// A Directory is an empty one in memory, mounted over what is there.
type Directory struct {
	// Path is where, inside the root directory.
	Path string

	// Mode are its permission bits, at most 07777. 0: 0755.
	Mode uint32
}

// A Device is a device node: one of the caller's, by its Source, or any, by its Type, Major and Minor. Who may
// make none, as in a new user namespace, gets the caller's own node of that device bound there.
type Device struct {
	// Source is a device of the caller's file system, with whose type, numbers, mode and owner the node is
	// made. The members below Path are not used then.
	Source string

	// Path is where the node is made. Default: Source.
	Path string

	// Type is "c", "b", or "p" for a FIFO, see mknod(1).
	Type         string
	Major, Minor uint32

	// Mode are its permission bits. 0: 0666.
	Mode uint32

	// User and Group are its owner, inside the user namespace. Default: as they come.
	User, Group *uint32
}

// content is what of the file system is made after all mounts.
func (s *spec) content(isolation *Isolation) {
	s.on(isolation.DefaultDevices, s.raw.Set_default_devices)
	for _, device := range isolation.Devices {
		s.device(device)
	}
	for _, directory := range isolation.Directories {
		s.try(s.raw.Add_directory(s.text("Directories", directory.Path), modeOr(directory.Mode, 0o755), s.failure))
	}
	for _, file := range isolation.Files {
		s.try(s.raw.Add_file(s.text("Files", file.Path), string(file.Content), modeOr(file.Mode, 0o644), s.failure))
	}
	for _, path := range sorted(isolation.Symlinks) {
		target := isolation.Symlinks[path]
		s.try(s.raw.Add_symlink(s.text("Symlinks", path), s.text("Symlinks", target), s.failure))
	}
	s.each("MaskedPaths", isolation.MaskedPaths, s.raw.Add_masked_path)
	s.each("ReadonlyPaths", isolation.ReadonlyPaths, s.raw.Add_readonly_path)
	for _, name := range sorted(isolation.Sysctl) {
		s.try(s.raw.Set_sysctl(s.text("Sysctl", name), s.text("Sysctl", isolation.Sysctl[name]), s.failure))
	}
}

func (s *spec) device(device Device) {
	path := device.Path
	if path == "" {
		path = device.Source
	}
	switch {
	case (device.Source == "") == (device.Type == ""):
		s.fail(invalid("Devices", "%q: exactly one of Source and Type must be set", path))
	case device.Source != "":
		s.try(s.raw.Add_host_device(s.text("Devices", device.Source), s.text("Devices", path), s.failure))
	default:
		s.try(s.raw.Add_device(s.text("Devices", path), s.text("Devices", device.Type), device.Major, device.Minor,
			modeOr(device.Mode, 0o666), ownerOf(device.User), ownerOf(device.Group), s.failure))
	}
}

func modeOr(mode, otherwise uint32) uint32 {
	if mode == 0 {
		return otherwise
	}
	return mode
}

func ownerOf(id *uint32) uint32 {
	if id == nil {
		return math.MaxUint32
	}
	return *id
}
