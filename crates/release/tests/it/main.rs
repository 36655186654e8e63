//! Release: the decision, its oracle, and the algebra of policies.

mod decide;
mod oracle;
