//! `hujifen verify`: is the book what was written?

use super::{Failure, Outcome, open};
use crate::auth::Cookies;
use crate::config::Config;
use crate::ledger::verify::{BLIND_SPOTS, verify};
use crate::{awards, evidence, ledger};

/// Reads one state of the whole book, says what was read and what cannot be seen; the first lie is a failure.
pub(super) async fn run(config: &Config) -> Outcome {
    let key = config.key_dir().join("chain.key");
    if !key.exists() {
        // A fresh key would call every honest entry a lie.
        return Err(Failure(format!("没有找到账本的密钥 {}，请用 --data-dir 或 --key-dir 指明。", key.display())));
    }
    let app = open(config, Cookies::Fenced).await?;
    let book = app.db.snapshot().await?;
    let entries = verify(&book, &app.pen.chain).await?;
    let found = match entries {
        Ok(read) => awards::verify::verify(&book).await?.map(|awards| (read, awards)),
        Err(lie) => Err(lie),
    };
    let found = match found {
        Ok((read, awards)) => {
            let photos = evidence::verify::verify(&book, app.db.read(), &app.album).await?;
            photos.map(|photos| (read, awards, photos))
        }
        Err(lie) => Err(lie),
    };
    book.rollback().await?;
    app.db.close().await?;
    let said = match found {
        Ok((ledger::verify::Read { villages, entries, balances }, awards, photos)) => {
            println!(
                "读了 {villages} 个村的账：{entries} 条明细逐条核对，{balances} 户的余额重新加过，{awards} 条加分扣分对过。"
            );
            let evidence::verify::Read { files, removed } = photos;
            println!("{files} 张照片和校验码对过；{removed} 张过了保存期已经删除，只剩校验码。");
            println!("没有发现被改过的地方。");
            Ok(())
        }
        Err(lie) => Err(Failure(format!("账不对，第一处在：{lie}"))),
    };
    println!("下面这些从数据库里看不出来：");
    for spot in BLIND_SPOTS {
        println!("- {spot}");
    }
    said
}
