#include "server/catalog/pc_logins.hpp"

#include "server/base/lasting.hpp"
#include "server/catalog/entries.hpp"
#include "server/catalog/users.hpp"
#include "server/trust/secret.hpp"

#include <algorithm>

namespace farboot::catalog
{

namespace
{

PcLogin read_login(const QSqlQuery& row)
{
    return {number_of(row, "pc"), text_of(row, "code"), text_of(row, "address"), time_of(row, "expires")};
}

std::string plain(std::string_view code)
{
    std::string letters;
    for (const char c : code.substr(0, 64))
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            letters += static_cast<char>(c & ~0x20);
    return letters;
}

} // namespace

PcLogin begin_pc_login(Connection& connection, std::int64_t pc, std::string_view address, std::chrono::sys_seconds now)
{
    connection.run("pc-login-delete-over", {{":now", value(now)}});
    connection.run("pc-login-delete-of", {{":pc", value(pc)}});
    PcLogin login{pc, server::fresh_user_code(), std::string(address), now + pc_login_life};
    connection.run("pc-login-insert", {{":pc", value(pc)},
                                       {":code", value(login.code)},
                                       {":address", value(address)},
                                       {":pause", value(std::int64_t{pc_login_pause.count()})},
                                       {":expires", value(login.expires)}});
    return login;
}

LoginAnswer ask_pc_login(Connection& connection, std::int64_t pc, std::chrono::sys_seconds now)
{
    auto row = connection.run("pc-login-of", {{":pc", value(pc)}});
    if (!row.next() || time_of(row, "expires") <= now ||
        time_of(row, "expires") > server::latest_end(now, pc_login_life))
        return {};
    const auto state = text_of(row, "state");
    const auto asked = time_of(row, "asked");
    std::chrono::seconds pause(number_of(row, "pause"));
    row.finish();
    if (state != "waiting") {
        connection.run("pc-login-delete-of", {{":pc", value(pc)}});
        return {state == "confirmed" ? LoginState::confirmed : LoginState::refused, pause};
    }
    // Clocks here have seconds: who waits as long as he was told may seem to be one early.
    // And who asked in the future did so before the clock was put back.
    const bool too_fast = asked <= now && now - asked < pause - std::chrono::seconds(1);
    if (too_fast)
        pause = std::min(pause + pc_login_pause, std::chrono::seconds(60));
    connection.run("pc-login-asked",
                   {{":pc", value(pc)}, {":asked", value(now)}, {":pause", value(std::int64_t{pause.count()})}});
    return {too_fast ? LoginState::too_fast : LoginState::waiting, pause};
}

std::optional<PcLogin> find_pc_login(Connection& connection, std::string_view code, std::chrono::sys_seconds now)
{
    auto row = connection.run("pc-login-by-code", {{":code", value(plain(code))},
                                                   {":now", value(now)},
                                                   {":latest", value(server::latest_end(now, pc_login_life))}});
    if (!row.next())
        return std::nullopt;
    return read_login(row);
}

Result<void> answer_pc_login(Connection& connection, std::string_view code, std::int64_t user, bool confirmed,
                             std::chrono::sys_seconds now)
{
    const auto login = find_pc_login(connection, code, now);
    if (!login)
        return fail("code-unknown", "No PC shows this code (any more): look whether it shows a new one.");
    connection.run("pc-login-answer",
                   {{":pc", value(login->pc)}, {":state", value(confirmed ? "confirmed" : "refused")}});
    if (!confirmed)
        return {};
    connection.run("pc-person-delete-of", {{":pc", value(login->pc)}});
    connection.run("pc-person-insert", {{":pc", value(login->pc)}, {":person", value(user)}, {":since", value(now)}});
    return {};
}

std::optional<people::User> person_at(Connection& connection, std::int64_t pc)
{
    auto row = connection.run("pc-person", {{":pc", value(pc)}});
    if (!row.next())
        return std::nullopt;
    const auto id = number_of(row, "id");
    row.finish();
    return find_user(connection, id);
}

std::vector<std::string> group_names_of(Connection& connection, std::int64_t user)
{
    std::vector<std::string> names;
    for (auto row = connection.run("person-group-names", {{":person", value(user)}}); row.next();)
        names.push_back(text_of(row, "name"));
    return names;
}

void end_person_at(Connection& connection, std::int64_t pc)
{
    connection.run("pc-person-delete-of", {{":pc", value(pc)}});
    connection.run("pc-login-delete-of", {{":pc", value(pc)}});
}

std::vector<PersonsPc> pcs_of_person(Connection& connection, std::int64_t user)
{
    std::vector<PersonsPc> pcs;
    for (auto row = connection.run("pc-person-list", {{":person", value(user)}}); row.next();)
        pcs.push_back({number_of(row, "pc"), text_of(row, "name"), time_of(row, "since")});
    return pcs;
}

std::vector<std::int64_t> favourites_of(Connection& connection, std::int64_t user)
{
    std::vector<std::int64_t> entries;
    for (auto row = connection.run("favourite-list", {{":person", value(user)}}); row.next();)
        entries.push_back(number_of(row, "entry"));
    return entries;
}

Result<void> set_favourites(Connection& connection, std::int64_t user, const std::vector<std::int64_t>& entries)
{
    if (entries.size() > max_favourites)
        return fail("too-many", "There can be at most {} favourites.", max_favourites);
    connection.run("favourite-delete-of", {{":person", value(user)}});
    std::int64_t position = 0;
    for (const auto entry : entries) {
        if (!find_entry(connection, entry))
            return fail("entry-unknown", "There is no menu entry {}.", entry);
        connection.run("favourite-insert",
                       {{":person", value(user)}, {":entry", value(entry)}, {":position", value(++position)}});
    }
    return {};
}

} // namespace farboot::catalog
