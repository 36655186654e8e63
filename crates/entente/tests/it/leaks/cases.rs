//! For every route: what somebody could ask it. For every command that reads: what it prints.

use std::process::Command;

use super::ask::Ask;
use super::world::{Reader, World, absent};
use crate::oracle::Asker;

/// How a route is asked.
pub(crate) struct Case {
    pub(crate) route: &'static str,
    pub(crate) asks: fn(&World, &Reader) -> Vec<Ask>,
    /// Asks about one object by its id.
    pub(crate) of: Option<fn(&World, &Reader, &str) -> Ask>,
}

fn case(route: &'static str, asks: fn(&World, &Reader) -> Vec<Ask>) -> Case {
    Case { route, asks, of: None }
}

impl Case {
    fn of(self, of: fn(&World, &Reader, &str) -> Ask) -> Self {
        Self { of: Some(of), ..self }
    }
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = vec![
        case("GET /healthz", |_, _| vec![Ask::taxii("/healthz")]),
        case("GET /schemas/{name}", |_, _| {
            vec![Ask::taxii("/schemas/entente-hybrid.json"), Ask::taxii("/schemas/other.json")]
        }),
    ];
    cases.extend(taxii());
    cases.extend(between());
    cases.extend(shell());
    cases.extend(hybrid());
    cases
}

/// The hybrid desk's pages.
fn hybrid() -> Vec<Case> {
    const FORM: &str = "title=Report&description=says&year=2026&place=x&handling=national";
    const NO_DRAFT: &str = "/reports/drafts/00000000-0000-4000-8000-000000000001";
    vec![
        case("GET /reports", |world, reader| {
            let queries = [
                "",
                "?set=ours",
                "?set=partners",
                "?owner=HR",
                "?owner=XK&sort=oldest",
                "?level=green",
                "?level=national&confidence=unsaid",
                "?domain=cyber",
                "?struck=AL",
                "?from=2026&to=2026-01-02",
                "?from=nonsense",
                "?q=Report",
                "?q=about",
                "?after=nonsense",
            ];
            let guessed = guesses(world, reader, "/reports?q=");
            queries
                .map(|query| Ask::page(format!("/reports{query}")))
                .into_iter()
                .chain(guessed)
                .collect()
        })
        .of(|_, _, id| Ask::page(format!("/reports?q={id}"))),
        case("GET /reports/drafts/{id}", |_, _| vec![Ask::page(NO_DRAFT)])
            .of(|_, _, id| Ask::page(format!("/reports/drafts/{id}"))),
        case("GET /reports/export.csv", |_, _| {
            ["", "?q=Report", "?set=partners"]
                .map(|query| Ask::page(format!("/reports/export.csv{query}")))
                .into()
        }),
        case("GET /reports/export.json", |_, _| {
            ["", "?q=Report", "?owner=XK"]
                .map(|query| Ask::page(format!("/reports/export.json{query}")))
                .into()
        }),
        case("GET /reports/new", |_, _| {
            vec![Ask::page("/reports/new"), Ask::page("/reports/new?undo=1")]
        }),
        case("GET /reports/similar", |world, reader| {
            let plain = ["/reports/similar?title=Report+about+says", "/reports/similar"];
            let guessed = guesses(world, reader, "/reports/similar?title=Report+");
            plain.map(Ask::page).into_iter().chain(guessed).collect()
        }),
        case("GET /reports/{id}", |world, reader| {
            let all = world.visible(reader).into_iter().chain(world.hidden(reader));
            all.flat_map(|thing| {
                ["", "?as=HR", "?as=public"]
                    .map(|query| Ask::page(format!("/reports/{}{query}", thing.id)))
            })
            .collect()
        })
        .of(|_, _, id| Ask::page(format!("/reports/{id}"))),
        case("GET /reports/{id}/versions/{version}", |world, reader| {
            let all = world.visible(reader).into_iter().chain(world.hidden(reader));
            all.map(|thing| {
                Ask::page(format!("/reports/{}/versions/2026-01-02T03:04:05.000Z", thing.id))
            })
            .collect()
        })
        .of(|_, _, id| Ask::page(format!("/reports/{id}/versions/2026-01-02T03:04:05.000Z"))),
        case("POST /reports", |_, _| vec![Ask::form("/reports", FORM)]),
        case("POST /reports/drafts/undo", |_, _| vec![Ask::form("/reports/drafts/undo", "")]),
        case("POST /reports/drafts/{id}", |_, _| vec![Ask::form(NO_DRAFT, FORM)])
            .of(|_, _, id| Ask::form(format!("/reports/drafts/{id}"), FORM)),
        case("POST /reports/drafts/{id}/delete", |_, _| {
            vec![Ask::form(format!("{NO_DRAFT}/delete"), "")]
        })
        .of(|_, _, id| Ask::form(format!("/reports/drafts/{id}/delete"), "")),
        case("POST /reports/drafts/{id}/propose", |_, _| {
            vec![Ask::form(format!("{NO_DRAFT}/propose"), FORM)]
        })
        .of(|_, _, id| Ask::form(format!("/reports/drafts/{id}/propose"), FORM)),
        case("POST /reports/drafts/{id}/remedy", |_, _| {
            vec![Ask::form(format!("{NO_DRAFT}/remedy"), FORM)]
        })
        .of(|_, _, id| Ask::form(format!("/reports/drafts/{id}/remedy"), FORM)),
        case("POST /reports/drafts/{id}/release", |_, _| {
            vec![Ask::form(format!("{NO_DRAFT}/release"), FORM)]
        })
        .of(|_, _, id| Ask::form(format!("/reports/drafts/{id}/release"), FORM)),
        case("POST /reports/{id}/extract", |_, _| Vec::new())
            .of(|_, _, id| Ask::form(format!("/reports/{id}/extract"), "keep=description")),
        case("POST /reports/{id}/notes", |_, _| Vec::new())
            .of(|_, _, id| Ask::form(format!("/reports/{id}/notes"), "text=anything&kind=note")),
        case("POST /reports/{id}/revise", |_, _| Vec::new())
            .of(|_, _, id| Ask::form(format!("/reports/{id}/revise"), "")),
    ]
}

/// Somebody guesses words of what he may not see.
fn guesses(world: &World, reader: &Reader, path: &str) -> Vec<Ask> {
    let hidden = world.hidden(reader).into_iter().take(3);
    hidden.map(|thing| Ask::page(format!("{path}{}", thing.word))).collect()
}

/// The shell's pages.
#[expect(clippy::too_many_lines, reason = "a table")]
fn shell() -> Vec<Case> {
    const NO_PROPOSAL: &str = "/releases/00000000-0000-4000-8000-000000000001";
    vec![
        case("GET /", |_, _| vec![Ask::page("/")]),
        case("GET /account", |_, _| vec![Ask::page("/account")]),
        case("GET /assets/{*path}", |_, _| vec![Ask::page("/assets/x/entente.css")]),
        case("GET /design", |_, _| vec![Ask::page("/design")]),
        case("GET /groups", |_, _| vec![Ask::page("/groups"), Ask::page("/groups?wrong=1")]),
        case("POST /groups", |_, _| vec![Ask::form("/groups", "name=")]),
        case("POST /groups/{id}", |_, _| Vec::new())
            .of(|_, _, id| Ask::form(format!("/groups/{id}"), "member=x")),
        case("GET /live", |_, _| vec![Ask::page("/live").endless()]),
        case("GET /objects/{id}", |world, reader| {
            let all = world.visible(reader).into_iter().chain(world.hidden(reader));
            all.map(|thing| Ask::page(format!("/objects/{}", thing.id))).collect()
        })
        .of(|_, _, id| Ask::page(format!("/objects/{id}"))),
        case("GET /objects/{id}/raw", |world, reader| {
            world
                .visible(reader)
                .into_iter()
                .map(|thing| Ask::page(format!("/objects/{}/raw", thing.id)))
                .collect()
        })
        .of(|_, _, id| Ask::page(format!("/objects/{id}/raw"))),
        case("GET /audit", |_, _| {
            ["/audit", "/audit?kind=released", "/audit?by=x&from=2026-01-01&below=3"]
                .map(Ask::page)
                .into()
        }),
        case("GET /audit/extract", |_, _| vec![Ask::page("/audit/extract?kind=read")]),
        case("GET /partners", |_, _| vec![Ask::page("/partners")]),
        case("GET /partners/{id}", |_, _| {
            (0..super::world::STATES)
                .map(|n| Ask::page(format!("/partners/{}", super::world::state(n))))
                .chain([Ask::page("/partners/none")])
                .collect()
        })
        .of(|_, _, id| Ask::page(format!("/partners/{id}"))),
        case("GET /quarantine", |_, _| {
            ["", "?from=file", "?why=unsigned", "?before=1", "?before=x"]
                .map(|query| Ask::page(format!("/quarantine{query}")))
                .into()
        }),
        case("GET /quarantine/{number}", |_, _| {
            vec![Ask::page("/quarantine/1"), Ask::page("/quarantine/x")]
        }),
        case("GET /recalls", |_, _| vec![Ask::page("/recalls")]),
        case("GET /recalls/new", |_, _| {
            vec![
                Ask::page("/recalls/new"),
                Ask::page(format!("/recalls/new?id={}", absent("incident"))),
            ]
        })
        .of(|_, _, id| Ask::page(format!("/recalls/new?id={id}"))),
        case("POST /quarantine/discard", |_, _| vec![Ask::form("/quarantine/discard", "n=1")]),
        case("POST /quarantine/{number}/judge", |_, _| vec![Ask::form("/quarantine/1/judge", "")]),
        case("POST /recalls", |_, _| {
            vec![
                Ask::form("/recalls", &format!("id={}", absent("incident"))),
                Ask::form("/recalls", ""),
            ]
        })
        .of(|_, _, id| Ask::form("/recalls", &format!("id={id}"))),
        case("GET /pseudonyms", |_, _| vec![Ask::page("/pseudonyms")]),
        case("POST /pseudonyms/{id}/avow", |_, _| Vec::new())
            .of(|_, _, id| Ask::form(format!("/pseudonyms/{id}/avow"), "")),
        case("POST /pseudonyms/{id}/vouch", |_, _| Vec::new())
            .of(|_, _, id| Ask::form(format!("/pseudonyms/{id}/vouch"), "")),
        case("GET /releases", |_, _| vec![Ask::page("/releases")]),
        case("GET /releases/{id}", |_, _| {
            vec![Ask::page(NO_PROPOSAL), Ask::page(format!("{NO_PROPOSAL}?as=HR"))]
        })
        .of(|_, _, id| Ask::page(format!("/releases/{id}"))),
        case("POST /releases/{id}/approve", |_, _| {
            vec![Ask::form(format!("{NO_PROPOSAL}/approve"), "shown=x")]
        }),
        case("POST /releases/{id}/return", |_, _| {
            vec![Ask::form(format!("{NO_PROPOSAL}/return"), "comment=x")]
        }),
        case("POST /releases/{id}/withdraw", |_, _| {
            vec![Ask::form(format!("{NO_PROPOSAL}/withdraw"), "")]
        }),
        case("GET /search", |world, reader| {
            let plain = [
                "/search",
                "/search?q=Report",
                "/search?q=says",
                "/search?q=about",
                "/search?q=x&after=nonsense",
            ];
            let guessed = guesses(world, reader, "/search?q=");
            plain.map(Ask::page).into_iter().chain(guessed).collect()
        })
        .of(|_, _, id| Ask::page(format!("/search?q={id}"))),
        case("GET /sign-in", |_, _| vec![Ask::page("/sign-in")]),
        case("POST /account/password", |_, _| {
            vec![Ask::form(
                "/account/password",
                "old=wrong&new=nothing%20of%20it&again=nothing%20of%20it",
            )]
        }),
        case("POST /account/sessions/{id}/end", |_, _| {
            vec![Ask::form("/account/sessions/none/end", "")]
        }),
        case("POST /language", |_, _| vec![Ask::form("/language", "language=en&to=/")]),
        case("POST /partners/{id}/interval", |_, _| {
            vec![Ask::form("/partners/none/interval", "every=60000")]
        }),
        case("POST /partners/{id}/pause", |_, _| vec![Ask::form("/partners/none/pause", "")]),
        case("POST /partners/{id}/pull", |_, _| vec![Ask::form("/partners/none/pull", "")]),
        case("POST /partners/{id}/remove", |_, _| {
            vec![Ask::form("/partners/none/remove", "forget=1")]
        }),
        case("POST /partners/{id}/resume", |_, _| vec![Ask::form("/partners/none/resume", "")]),
        case("POST /sign-in", |_, _| vec![Ask::form("/sign-in", "user=nobody&password=nothing")]),
        // Without a session, so that the others are not signed out.
        case("POST /sign-out", |_, _| vec![Ask::taxii("/sign-out").method("POST")]),
    ]
}

/// What nodes say to each other beside TAXII.
fn between() -> Vec<Case> {
    vec![
        case("GET /entente/hints/", |_, _| vec![Ask::taxii("/entente/hints/").endless()]),
        case("GET /entente/proof/", |_, _| vec![Ask::taxii("/entente/proof/")]),
        case("GET /entente/proof/{prefix}/", |_, _| {
            ["0", "7f", "0123", "nonsense"]
                .map(|prefix| Ask::taxii(format!("/entente/proof/{prefix}/")))
                .into()
        }),
        case("GET /entente/statements/", |_, _| vec![Ask::taxii("/entente/statements/")]),
    ]
}

const COLLECTION: &str = "/taxii2/api/collections";
const ENVELOPE: &str = "application/taxii+json;version=2.1";

fn taxii() -> Vec<Case> {
    vec![
        case("GET /taxii2/", |_, _| vec![Ask::taxii("/taxii2/")]),
        case("GET /taxii2/api/", |_, _| vec![Ask::taxii("/taxii2/api/")]),
        case("GET /taxii2/api/status/{status}/", |_, _| {
            vec![Ask::taxii("/taxii2/api/status/00000000-0000-4000-8000-000000000001/")]
        }),
        case("GET /taxii2/api/collections/", |_, _| vec![Ask::taxii(format!("{COLLECTION}/"))]),
        case("GET /taxii2/api/collections/{collection}/", |world, _| {
            ["released", "inbox"].map(|name| Ask::taxii(format!("{COLLECTION}/{}/", world.collection(name)))).into()
        }),
        case("GET /taxii2/api/collections/{collection}/manifest/", |world, _| {
            let path = format!("{COLLECTION}/{}/manifest/", world.collection("released"));
            ["", "?limit=3", "?match[version]=all", "?match[type]=incident"]
                .map(|query| Ask::taxii(format!("{path}{query}")))
                .into()
        })
        .of(|world, _, id| {
            Ask::taxii(format!("{COLLECTION}/{}/manifest/?match[id]={id}", world.collection("released")))
        }),
        case("GET /taxii2/api/collections/{collection}/objects/", |world, _| {
            let queries = [
                "",
                "?limit=2",
                "?match[type]=note",
                "?match[version]=all",
                "?match[version]=first",
                "?match[spec_version]=2.1",
                "?added_after=2026-01-01T00:00:00Z",
                "?added_after=nonsense",
                "?next=nonsense",
            ];
            queries.map(|query| Ask::taxii(world.objects_path(query))).into()
        })
        .of(|world, _, id| Ask::taxii(world.objects_path(&format!("?match[id]={id}")))),
        case("POST /taxii2/api/collections/{collection}/objects/", |world, _| {
            ["released", "inbox"]
                .map(|name| {
                    Ask::taxii(format!("{COLLECTION}/{}/objects/", world.collection(name)))
                        .method("POST")
                        .body(ENVELOPE, r#"{"objects":[{"type":"nonsense"}]}"#)
                })
                .into()
        })
        .of(|world, _, id| {
            // Somebody offers an object of that id, to learn from the answer whether it is there.
            let name = id.split("--").next().unwrap_or_default();
            let offered = format!(
                r#"{{"objects":[{{"type":"{name}","spec_version":"2.1","id":"{id}","name":"offered","content":"offered","object_refs":["{id}"],"created":"2026-01-02T03:04:05.000Z","modified":"2026-01-02T03:04:05.000Z"}}]}}"#
            );
            Ask::taxii(format!("{COLLECTION}/{}/objects/", world.collection("inbox")))
                .method("POST")
                .body(ENVELOPE, offered)
        }),
        case("GET /taxii2/api/collections/{collection}/objects/{object}/", |world, reader| {
            world.hidden(reader).iter().take(8).map(|thing| Ask::taxii(world.objects_path(&format!("{}/", thing.id)))).collect()
        })
        .of(|world, _, id| Ask::taxii(world.objects_path(&format!("{id}/")))),
        case("DELETE /taxii2/api/collections/{collection}/objects/{object}/", |world, reader| {
            let hidden = world.hidden(reader);
            hidden
                .iter()
                .take(3)
                .map(|thing| Ask::taxii(world.objects_path(&format!("{}/", thing.id))).method("DELETE"))
                .collect()
        })
        .of(|world, _, id| Ask::taxii(world.objects_path(&format!("{id}/"))).method("DELETE")),
        case("GET /taxii2/api/collections/{collection}/objects/{object}/versions/", |world, reader| {
            let hidden = world.hidden(reader);
            hidden
                .iter()
                .take(8)
                .map(|thing| Ask::taxii(world.objects_path(&format!("{}/versions/", thing.id))))
                .collect()
        })
        .of(|world, _, id| Ask::taxii(world.objects_path(&format!("{id}/versions/")))),
    ]
}

/// What a command of the program prints in the view of the reader: exit code, output, errors.
pub(crate) fn command(
    world: &World,
    reader: &Reader,
    args: &[&str],
) -> Result<(Option<i32>, String, String), String> {
    let who = match reader.asker {
        Asker::Public => "public",
        Asker::Node(n) => ["AL", "HR", "XK"][n],
        Asker::Tool | Asker::Person { .. } => reader.account.as_deref().unwrap_or_default(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.arg("--dir").arg(world.dir().join("node")).args(args).args(["--as", who]);
    let output = command.output().map_err(|error| error.to_string())?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((output.status.code(), said(&output.stdout), said(&output.stderr)))
}

/// `export`, `search` and `show` in the view of the reader.
pub(crate) fn commands(world: &World, reader: &Reader) -> Result<(), String> {
    let hidden = world.hidden(reader);
    let mentioned = world.mentioned(reader);
    let Some(one) = hidden.first() else { return Ok(()) };
    let absent = absent(one.id.type_name());
    let run = |args: &[&str]| command(world, reader, args);
    for args in [&["export"][..], &["search", "Report"], &["search", &one.word, "--json"]] {
        let (_, out, err) = run(args)?;
        for thing in &hidden {
            let id = thing.id.as_str();
            let found = [&out, &err].into_iter().any(|text| {
                // The last search says the word itself.
                (text.contains(&thing.word) && !args.contains(&thing.word.as_str()))
                    || (text.contains(id) && !mentioned.contains(id))
            });
            if found {
                return Err(format!(
                    "`entente {}` as {reader:?} shows {thing:?}: {out}{err}",
                    args.join(" "),
                ));
            }
        }
    }
    let (code, out, err) = run(&["show", one.id.as_str()])?;
    let (absent_code, absent_out, absent_err) = run(&["show", &absent])?;
    let mask = |text: String, id: &str| text.replace(id, "ID");
    let found = (code, mask(out, one.id.as_str()), mask(err, one.id.as_str()));
    let expected = (absent_code, mask(absent_out, &absent), mask(absent_err, &absent));
    if found == expected {
        Ok(())
    } else {
        Err(format!("`entente show` as {reader:?}: {found:?} is not {expected:?}"))
    }
}
