package cases

// FieldSecret is what a reviewer codes of a thread whose source said what must never
// be published: once it is [SecretCleared], its testimony may be told where the source
// allows that.
const FieldSecret = "secret"

// SecretCleared says that a reviewer has read what must stay secret, and that nothing
// of it stands in what would be told.
const SecretCleared = "cleared"
