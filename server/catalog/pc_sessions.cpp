#include "server/catalog/pc_sessions.hpp"

#include "rootfs/base/digest.hpp"
#include "server/base/lasting.hpp"

namespace farboot::catalog
{

namespace
{

/// Secrets are 256 random bits: a plain hash is enough.
QVariant hashed(std::string_view secret)
{
    return value(sha256(as_bytes(secret)).hex());
}

} // namespace

void begin_pc_session(Connection& connection, std::string_view secret, std::int64_t pc, PcSessionKind kind,
                      std::string_view proven, bool confirmed, std::chrono::sys_seconds now)
{
    connection.run("pc-boot-token-delete-of", {{":pc", value(pc)}});
    connection.run("pc-session-delete-of", {{":pc", value(pc)}});
    connection.run("pc-session-insert", {{":hash", hashed(secret)},
                                         {":pc", value(pc)},
                                         {":kind", value(kind == PcSessionKind::system ? "system" : "preboot")},
                                         {":key", value(confirmed ? proven : "")},
                                         {":proven", value(proven)},
                                         {":expires", value(now + pc_session_life)}});
}

std::optional<PcSession> find_pc_session(Connection& connection, std::string_view secret, std::chrono::sys_seconds now)
{
    auto row = connection.run("pc-session", {{":hash", hashed(secret)},
                                             {":now", value(now)},
                                             {":latest", value(server::latest_end(now, pc_session_life))}});
    if (!row.next())
        return std::nullopt;
    PcSession session;
    session.pc = number_of(row, "pc");
    session.kind = text_of(row, "kind") == "system" ? PcSessionKind::system : PcSessionKind::preboot;
    session.proven = text_of(row, "proven_key");
    const auto key = session.kind == PcSessionKind::system ? session.proven : text_of(row, "pc_key");
    session.enrolled = !key.empty() && key == text_of(row, "confirmed_key");
    return session;
}

void renew_pc_session(Connection& connection, std::string_view secret, std::chrono::sys_seconds now)
{
    connection.run("pc-session-renew", {{":hash", hashed(secret)}, {":expires", value(now + pc_session_life)}});
}

void make_boot_token(Connection& connection, std::string_view secret, const PcSession& session,
                     const rootfs::RecordName& record, std::chrono::sys_seconds now)
{
    connection.run("pc-boot-token-delete-of", {{":pc", value(session.pc)}});
    connection.run("pc-boot-token-insert", {{":hash", hashed(secret)},
                                            {":pc", value(session.pc)},
                                            {":record", value(record.text())},
                                            {":key", value(session.proven)},
                                            {":expires", value(now + boot_token_life)}});
}

Result<Pc> use_boot_token(Connection& connection, std::string_view token, const rootfs::RecordName& record,
                          std::string_view session_secret, std::chrono::sys_seconds now)
{
    auto row = connection.run("pc-boot-token", {{":hash", hashed(token)}});
    if (!row.next() || time_of(row, "expires") < now ||
        time_of(row, "expires") > server::latest_end(now, boot_token_life) || text_of(row, "record") != record.text())
        return fail("token-wrong",
                    "This boot token is not good (any more): it is for one start of one system, within {} minutes.",
                    boot_token_life.count());
    const auto pc = number_of(row, "pc");
    const auto key = text_of(row, "pc_key");
    row.finish();
    auto found = find_pc(connection, pc);
    if (!found)
        return fail("token-wrong", "The PC that this boot token was for has been removed.");
    begin_pc_session(connection, session_secret, pc, PcSessionKind::system, key, false, now);
    return *std::move(found);
}

} // namespace farboot::catalog
