//! A state's node: keys, people, peers, admission, release.
