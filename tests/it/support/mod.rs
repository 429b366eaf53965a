//! What every test stands on: a house on a fresh database, a small town, and its people.

pub mod app;
pub mod client;
pub mod operations;
pub mod postgres;
pub mod server;
pub mod town;
pub mod wire;

pub use app::TestApp;
pub use client::Client;

/// Writes a test for each engine: `both_engines! { async fn name(app) { … } }`.
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let $app = $crate::support::TestApp::on_sqlite().await;
                $body
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgresql() {
                let $app = $crate::support::TestApp::on_postgresql().await;
                $body
            }
        }
    )+};
}
pub(crate) use both_engines;
