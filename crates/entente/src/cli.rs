//! Every command and option, with its documentation: the one place where they are defined. Help,
//! the reference in docs/ and the parser all come from here.

mod audit;
mod collections;
mod group;
mod keys;
mod pack;
mod peers;
mod recall;
mod release;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use group::Group;
pub(crate) use recall::{CallBack, Parts, Recall, Recalls};
pub(crate) use release::{FourEyes, Propose, Release, Who};

pub(crate) use audit::{Audit, Check, Reads, Which};
pub(crate) use collections::Collection;
pub(crate) use keys::{Key, ResolvePeer, Sign, Verify};
pub(crate) use pack::{Pack, WritePack};
pub(crate) use peers::{AddFeed, AddPeer, AddTaxii, Invite, Peer, RemovePeer, SetPeer, Terms, Way};

/// Share what you know with the states you choose, and with nobody else.
///
/// Every partner runs a node of its own: this program and one folder. A node keeps STIX 2.1
/// objects, shows each reader only what the markings allow that reader, and exchanges with other
/// nodes over TAXII 2.1.
#[derive(Debug, Parser)]
#[command(name = "entente", version, disable_help_subcommand = false, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// The folder of the node [default: the current folder]
    #[arg(long, global = true, env = "ENTENTE_DIR", value_name = "DIR", hide_env_values = true)]
    pub(crate) dir: Option<PathBuf>,

    /// Print JSON, one document a line, instead of text for people
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
First steps:
  entente demo                     three nodes on this machine, to look around
  entente --dir D init --name Tirana --code AL
  entente --dir D user add ana --role analyst
  entente --dir D serve            then open the address that it prints

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 invalid input, 4 not found, 5 refused, 6 not reached";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new node in the folder: its identity, its signing key, its empty store
    Init(Init),
    /// Run the node: pages for people, TAXII 2.1 for programs, pulling from peers
    Serve(Serve),
    /// Import STIX bundles or single objects from files; STIX 2.0 becomes 2.1
    Import(Import),
    /// Write a STIX bundle of what somebody may see
    Export(Export),
    /// Search the objects that you may see, newest first
    Search(Search),
    /// Show an object: what it is, its marking, who may see it, its versions
    Show(Show),
    /// Check files for valid STIX 2.1, without a node
    ///
    /// Says all that is wrong in one pass: the place, the rule, the section of the standard and how
    /// to mend it. Files may be of any size: bundles, arrays, JSON Lines or single objects. The exit
    /// code is 1 when something that must hold does not.
    Validate(Validate),
    /// Match patterns against observed data, without a node
    Match(Match),
    /// Sign the objects of a file
    Sign(Sign),
    #[command(about = "Tell how the signatures of objects in files stand")]
    Verify(Verify),
    /// Draw, show, rotate and revoke signing keys
    #[command(subcommand)]
    Key(Key),
    /// Write the canonical form of a JSON file (RFC 8785): what is hashed and signed
    Canonicalize(Canonicalize),
    /// Convert other formats to STIX 2.1 and back, and report every loss
    Convert(Convert),
    /// Invite, add, list and remove the nodes of partners, and feeds
    #[command(subcommand)]
    Peer(Peer),
    /// Add and list the accounts of people and tools
    #[command(subcommand)]
    User(User),
    /// Keep groups of states whose members do not learn who else is in them
    #[command(subcommand)]
    Group(Group),
    /// Propose, approve and return what is to leave the node
    #[command(subcommand)]
    Release(Release),
    /// Call back what was let out: the whole object, or from some of those who see it
    ///
    /// Partners that could see it erase it and answer with a signed receipt. What was exported to
    /// files cannot be recalled.
    Recall(Recall),
    /// Add and list TAXII collections, and say who may do what in them
    #[command(subcommand)]
    Collection(Collection),
    /// Carry what is released from node to node as signed files, where no line leads
    #[command(subcommand)]
    Pack(Pack),
    /// Read, verify, hand out and check the trail of who did what when
    #[command(subcommand)]
    Audit(Audit),
    /// Tell who the node is, what it holds and how its peers are
    Status,
    /// Write a consistent copy of the store while the node runs
    Backup(Backup),
    /// Look for damage and wrong settings
    Doctor,
    /// Run three nodes on this machine with real public reports, to look around
    Demo(Demo),
    /// Print the reference of all commands as Markdown
    #[command(hide = true)]
    Docs,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// What people call the node, for example its city
    #[arg(long)]
    pub(crate) name: String,
    /// The code of the state or agency, for example AL: what badges show
    #[arg(long)]
    pub(crate) code: String,
    /// The state's or agency's name in English [default: the name that belongs to the code]
    #[arg(long, value_name = "NAME")]
    pub(crate) state_name: Option<String>,
    /// The id of the state's STIX identity, if it has one already [default: a new one]
    #[arg(long, value_name = "ID")]
    pub(crate) state_id: Option<String>,
    /// What needs a second person before it leaves the node
    #[arg(long, value_enum, default_value_t = FourEyes::BeyondState)]
    pub(crate) four_eyes: FourEyes,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; plain http only on a loopback address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7440")]
    pub(crate) listen: String,
    /// The address at which others reach the node, if a proxy stands in front
    #[arg(long, value_name = "URL")]
    pub(crate) public: Option<String>,
    /// The certificate chain for https, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Let TAXII clients sign in with the certificates that their accounts are bound to
    #[arg(long, requires = "tls_cert")]
    pub(crate) client_certificates: bool,
    /// The same for certificates that one of these authorities vouches for, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) client_roots: Option<PathBuf>,
    /// Also serve /design, the page that shows all components
    #[arg(long)]
    pub(crate) dev: bool,
    /// End when standard input closes, and tell on standard output what happens
    #[arg(long, hide = true)]
    pub(crate) child: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files: bundles or single objects; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Sign unsigned objects that name this node's state as their creator, and make them its own
    #[arg(long)]
    pub(crate) adopt: bool,
    /// The account in whose name it is imported
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: Option<String>,
    /// Write what changed from STIX 2.0 to this file, a line for each place
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Whose view: `public`, a partner's code, or an account [default: the administrator of this node]
    #[arg(long = "as", value_name = "WHO")]
    pub(crate) viewer: Option<String>,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// What to look for
    pub(crate) text: String,
    /// Whose view: `public`, a partner's code, or an account [default: the administrator of this node]
    #[arg(long = "as", value_name = "WHO")]
    pub(crate) viewer: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The object's id
    pub(crate) id: String,
    /// Whose view: `public`, a partner's code, or an account [default: the administrator of this node]
    #[arg(long = "as", value_name = "WHO")]
    pub(crate) viewer: Option<String>,
    /// Print the object's own bytes and nothing else
    #[arg(long)]
    pub(crate) raw: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// The files: bundles, arrays, JSON Lines or single objects; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Check what must hold, or also what should
    #[arg(long, value_enum, default_value_t = Depth::Should)]
    pub(crate) level: Depth,
    /// Check extensions by the JSON Schemas in this folder too, each named
    /// `extension-definition--….json`
    #[arg(long, value_name = "DIR")]
    pub(crate) schemas: Option<PathBuf>,
    /// Print at most so many findings; all are counted
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

/// How much is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Depth {
    /// What must hold
    Must,
    /// What must and what should hold
    Should,
}

#[derive(Debug, Args)]
pub(crate) struct Canonicalize {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Match {
    /// The patterns, one a line; empty lines and lines that begin with # are passed over
    #[arg(long, value_name = "FILE")]
    pub(crate) patterns: PathBuf,
    /// The observations, one bundle a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) observations: PathBuf,
    /// Answer for each bundle by itself, with its line, instead of for all of them together
    #[arg(long)]
    pub(crate) each: bool,
    /// Leave out the patterns that do not match
    #[arg(long)]
    pub(crate) matched: bool,
}

/// Convert other formats to STIX 2.1 and back, and report every loss
///
/// The result goes to standard output. The report names what the result does not say as the input
/// did: changed, kept for the way back in a form that only this program reads, or lost. It goes to
/// standard error, gathered, or to a file, place by place.
#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The file, or the folder of a MISP feed; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What to make of it
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) to: Target,
    /// What it is
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Source::Auto)]
    pub(crate) from: Source,
    /// Write the report to this file, a line for each place
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Write events to this folder as a MISP feed instead of standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) feed: Option<PathBuf>,
    /// Of lists and tables: what was seen (observed data) instead of what to look for (indicators)
    #[arg(long)]
    pub(crate) observables: bool,
    /// Of lists, tables and OpenIOC: a marking for every object, as TLP:AMBER or a definition's id
    #[arg(long, value_name = "MARKING")]
    pub(crate) marking: Vec<String>,
    /// Of lists, tables and OpenIOC: from when indicators hold, or when things were seen
    #[arg(long, value_name = "TIME")]
    pub(crate) valid_from: Option<String>,
    /// Of lists and tables: when the objects are made; the same time gives the same objects [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) created: Option<String>,
    /// Of lists, tables and OpenIOC: the id of the identity that says it
    #[arg(long, value_name = "ID")]
    pub(crate) created_by: Option<String>,
    /// Of lists and tables: a name, under which a grouping holds all objects together
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// A STIX 2.1 bundle
    Stix,
    /// MISP events
    Misp,
    /// A table with a row for each value of an indicator or observable
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    /// What it looks like
    Auto,
    /// A STIX bundle or object; STIX 2.0 is lifted
    Stix,
    /// The same, for what is known to be STIX 2.0
    Stix20,
    /// MISP events, or the folder of a feed
    Misp,
    /// OpenIOC 1.0 or 1.1
    Openioc,
    /// A table of indicators: MISP's, OpenCTI's, or any whose heading says what is what
    Csv,
    /// A list of one value a line
    Ioc,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add an account; prints a new password once, unless one is given
    Add(AddUser),
    /// List the accounts
    List,
    /// Bind an account to the certificate of its TAXII client: its password is no longer enough there
    Bind(BindUser),
    /// Loosen an account from all certificates
    Unbind {
        /// The account's name
        name: String,
    },
    /// Give an account a new password and end its sessions
    Passwd {
        /// The account's name
        name: String,
        /// Read the password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddUser {
    /// The name to sign in with: 2 to 40 of a–z, 0–9, dot and hyphen
    pub(crate) name: String,
    /// What the account may do
    #[arg(long, value_enum)]
    pub(crate) role: Role,
    /// What people read instead of the name
    #[arg(long, value_name = "TEXT")]
    pub(crate) display: Option<String>,
    /// Read the password from standard input instead of making one
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BindUser {
    /// The account's name; of a partner, the name in its invitation
    pub(crate) name: String,
    /// The certificate, in PEM
    #[arg(long, value_name = "FILE", required_unless_present = "fingerprint")]
    pub(crate) certificate: Option<PathBuf>,
    /// Its SHA-256 fingerprint instead
    #[arg(long, value_name = "HEX", conflicts_with = "certificate")]
    pub(crate) fingerprint: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Reads and writes reports
    Analyst,
    /// Reads, writes and releases
    Releaser,
    /// Keeps users, peers and the node
    Administrator,
    /// An outside tool: reads what is public and writes to a workspace of its own
    Tool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder to write to; it must not exist or be empty
    pub(crate) to: PathBuf,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Demo {
    #[command(subcommand)]
    pub(crate) act: Option<DemoAct>,
    /// The nodes listen on this port plus 1, 2 and 3
    #[arg(long, default_value_t = 7440, value_name = "PORT")]
    pub(crate) port_base: u16,
    /// Forget what earlier runs stored; the certificate authority stays
    #[arg(long)]
    pub(crate) reset: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DemoAct {
    /// Take a node of the running demo down
    Stop {
        /// Its name: tirana, zagreb or pristina
        node: String,
    },
    /// Bring it up again
    Start {
        /// Its name: tirana, zagreb or pristina
        node: String,
    },
}
