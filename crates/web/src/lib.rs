//! The shell of the web pages: layout, session, components, assets, texts.
