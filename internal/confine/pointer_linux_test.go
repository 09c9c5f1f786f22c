package confine

import "unsafe"

// pointer returns the address of v for a raw call.
func pointer[T any](v *T) uintptr { return uintptr(unsafe.Pointer(v)) }
