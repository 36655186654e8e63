//! May this viewer see this object, and why.
