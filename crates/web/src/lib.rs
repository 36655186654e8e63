//! The shell of the web pages: layout, session, components, assets, texts.
//!
//! A desk writes a page like this. The handler takes a [`Reader`], which is the proof that somebody
//! signed in and the only way to a [`store::View`]; it reads on a thread that may wait; it renders
//! an askama template that extends `frame.html` and is made of the components in `components.html`
//! and of nothing else.
//!
//! ```ignore
//! #[derive(askama::Template)]
//! #[template(path = "reports.html")]
//! struct Reports { frame: Frame, rows: Vec<Row> }
//!
//! async fn reports(reader: Reader) -> Result<Response, Fault> {
//!     web::blocking(move || {
//!         let rows = rows(&reader.view())?;
//!         let frame = reader.frame(reader.texts().say("reports-title")).at("/reports").holds(badges(&rows));
//!         web::render(&Reports { frame, rows })
//!     })
//!     .await
//! }
//! ```
//!
//! What is hidden and what is absent end in the same [`Fault::NotFound`]. Every route stands in a
//! `const ROUTES` and is checked against it, so that none escapes the leak test.

mod assets;
mod closure;
mod cookie;
mod doubt;
mod fault;
mod foreign;
mod frame;
mod guard;
mod mark;
mod overview;
mod pages;
mod reader;
mod shell;
pub mod texts;

pub use closure::{Leaving, Watcher, closure, reach};
pub use fault::{Fault, blocking, render};
pub use foreign::{foreign, link};
pub use frame::{Crumb, Frame};
pub use guard::session_cookie;
pub use mark::{Label, Mark, Named};
pub use overview::{Due, News, NewsGroup, Overview, Tile};
pub use pages::ROUTES;
pub use reader::{Reader, title_of};
pub use shell::{Desk, NavItem, Options, Shell, router_of};
pub use store;
