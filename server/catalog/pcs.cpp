#include "server/catalog/pcs.hpp"

#include "server/catalog/pc_logins.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/events.hpp"
#include "server/catalog/versions.hpp"
#include "server/trust/pc_key.hpp"
#include "server/trust/secret.hpp"

namespace farboot::catalog
{

namespace
{

std::optional<Pc> pc_in(QSqlQuery row)
{
    if (!row.next())
        return std::nullopt;
    return Pc::read(row);
}

/// Within the transaction that has changed it.
Pc after_change(Connection& connection, std::int64_t id)
{
    auto pc = find_pc(connection, id);
    if (!pc)
        throw DatabaseError(fmt::format("PC {} is gone in the middle of its change.", id));
    tell_event(connection, "pc", id);
    return std::move(*pc);
}

std::optional<Pc> with_key(Connection& connection, std::string_view key)
{
    return pc_in(connection.run("pc-by-key", {{":key", value(key)}}));
}

std::optional<Pc> with_identity(Connection& connection, std::string_view identity)
{
    return pc_in(connection.run("pc-by-identity", {{":identity", value(identity)}}));
}

void delete_pc(Connection& connection, std::int64_t id)
{
    for (const auto* statement : {"pc-session-delete-of", "pc-boot-token-delete-of", "pc-boot-delete-of",
                                  "pc-command-delete-of", "pc-trace-delete-of", "job-pc-delete-of"})
        connection.run(statement, {{":pc", value(id)}});
    connection.run("pc-delete", {{":id", value(id)}});
    tell_event(connection, "pc-removed", id);
}

Result<void> make_room(Connection& connection)
{
    auto count = connection.run("pc-count");
    count.next();
    if (number_of(count, "count") < max_pcs)
        return {};
    auto stale = connection.run("pc-stale");
    if (!stale.next())
        return fail("pcs-full", "There are {} enrolled PCs, and no room for more.", max_pcs);
    delete_pc(connection, number_of(stale, "id"));
    return {};
}

Result<Pc> register_pc(Connection& connection, const std::string& identity, std::chrono::sys_seconds now)
{
    if (auto room = make_room(connection); !room)
        return std::unexpected(room.error());
    const auto id = next_number(connection, "pc");
    connection.run("pc-insert", {{":id", value(id)},
                                 {":identity", value(identity)},
                                 {":created1", value(now)},
                                 {":created2", value(now)},
                                 {":created3", value(now)}});
    return after_change(connection, id);
}

void note_facts(Connection& connection, const Pc& pc, const PcFacts& facts, std::chrono::sys_seconds now)
{
    // What an enrolled PC may read depends on where it is: it does not choose that itself by another MAC.
    const auto& kept = pc.key.empty() ? facts : pc.facts;
    connection.run("pc-facts", {{":id", value(pc.id)},
                                {":uuid", value(kept.uuid ? kept.uuid->text() : "")},
                                {":mac", value(kept.mac ? kept.mac->text() : "")},
                                {":hardware", value(hardware_json(facts.hardware).dump())},
                                {":dhcp", value(dhcp_json(facts.dhcp).dump())},
                                {":address", value(facts.address)},
                                {":seen", value(now)}});
}

void note_asking(Connection& connection, const Pc& pc, const ProvenKey& proof, std::chrono::sys_seconds now)
{
    const bool same = pc.asking_key == proof.key;
    connection.run("pc-asks", {{":id", value(pc.id)},
                               {":key", value(proof.key)},
                               {":kept", value(proof.kept)},
                               {":asked", value(same ? pc.asked : now)}});
}

} // namespace

Result<Met> meet_pc(Connection& connection, const PcFacts& facts, const std::optional<ProvenKey>& proof,
                    std::chrono::sys_seconds now)
{
    Met met;
    auto found = proof ? with_key(connection, proof->key) : std::nullopt;
    met.enrolled = found.has_value();
    const auto identity = facts.identity();
    if (!found && identity.empty())
        return fail("pc-nameless", "This PC has no UUID of its own and no network card's address to know it by.");
    if (!found)
        found = with_identity(connection, identity);
    met.known = found.has_value();
    if (!found) {
        auto registered = register_pc(connection, identity, now);
        if (!registered)
            return std::unexpected(registered.error());
        found = std::move(*registered);
    }
    met.stranger = !found->key.empty() && !met.enrolled;
    if (!met.stranger)
        note_facts(connection, *found, facts, now);
    if (proof && !met.enrolled)
        note_asking(connection, *found, *proof, now);
    met.pc = after_change(connection, found->id);
    return met;
}

void set_pc_state(Connection& connection, std::int64_t id, PcState state, std::chrono::sys_seconds now)
{
    connection.run(
        "pc-state",
        {{":id", value(id)}, {":state", value(name_of(state))}, {":since", value(now)}, {":seen", value(now)}});
    tell_event(connection, "pc", id);
}

void see_pc(Connection& connection, std::int64_t id, std::string_view address, std::chrono::sys_seconds now)
{
    connection.run("pc-seen", {{":id", value(id)}, {":address", value(address)}, {":seen", value(now)}});
}

std::vector<Pc> list_pcs(Connection& connection, const PcFilter& filter)
{
    const auto state = filter.state ? name_of(*filter.state) : std::string_view();
    std::vector<Pc> pcs;
    for (auto row = connection.run("pc-list", {{":after", value(filter.after)},
                                               {":state", value(state)},
                                               {":state2", value(state)},
                                               {":asking", value(std::int64_t{filter.asking ? 1 : 0})},
                                               {":limit", value(std::int64_t{filter.limit})}});
         row.next();)
        pcs.push_back(Pc::read(row));
    return pcs;
}

std::optional<Pc> find_pc(Connection& connection, std::int64_t id)
{
    return pc_in(connection.run("pc", {{":id", value(id)}}));
}

Result<Pc> rename_pc(Connection& connection, std::int64_t id, std::string_view if_match, std::string_view name)
{
    const auto length = rules::printable_length(name);
    if (!length || *length > 200)
        return fail("name-malformed", "A PC's name has at most 200 characters, and no control characters.");
    if (const auto old = seen(find_pc(connection, id), "PC", id, if_match); !old)
        return std::unexpected(old.error());
    connection.run("pc-rename", {{":id", value(id)}, {":name", value(name)}});
    return after_change(connection, id);
}

Result<Pc> confirm_pc(Connection& connection, std::int64_t id, std::string_view code, std::string_view by,
                      std::chrono::sys_seconds now)
{
    const auto pc = find_pc(connection, id);
    if (!pc)
        return fail("not-found", "There is no PC {}: it may have been removed meanwhile.", id);
    const auto key = server::PcKey::parse(pc->asking_key);
    if (!key || pc->asking_key == pc->key)
        return fail("nobody-asks", "PC {} has shown no key that could be confirmed.", id);
    if (key->code() != code)
        return fail("code-wrong", "The key that asks is {}, not {}: compare it with what the PC shows on its screen.",
                    key->code(), code.substr(0, 64));
    if (const auto other = with_key(connection, pc->asking_key))
        return fail("key-taken", "This key is PC {}'s: a medium with it was copied or moved. Delete the key there.",
                    other->id);
    connection.run("pc-confirm", {{":id", value(id)},
                                  {":key", value(pc->asking_key)},
                                  {":kept", value(pc->asking_kept)},
                                  {":confirmed", value(now)},
                                  {":by", value(by)}});
    return after_change(connection, id);
}

Result<Pc> unconfirm_pc(Connection& connection, std::int64_t id)
{
    if (!find_pc(connection, id))
        return fail("not-found", "There is no PC {}: it may have been removed meanwhile.", id);
    connection.run("pc-session-delete-of", {{":pc", value(id)}});
    connection.run("pc-boot-token-delete-of", {{":pc", value(id)}});
    end_person_at(connection, id);
    connection.run("pc-unconfirm", {{":id", value(id)}});
    return after_change(connection, id);
}

Result<void> remove_pc(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = seen(find_pc(connection, id), "PC", id, if_match); !old)
        return std::unexpected(old.error());
    delete_pc(connection, id);
    return {};
}

Result<std::string> shared_secret(Connection& connection, std::string_view name)
{
    auto row = connection.run("secret", {{":name", value(name)}});
    if (row.next())
        return text_of(row, "value");
    auto secret = server::fresh_secret();
    connection.run("secret-insert", {{":name", value(name)}, {":value", value(secret)}});
    return secret;
}

std::map<std::string, std::int64_t> count_pcs_by_state(Connection& connection)
{
    std::map<std::string, std::int64_t> counts;
    for (auto row = connection.run("pc-count-by-state"); row.next();)
        counts[text_of(row, "state")] = number_of(row, "count");
    return counts;
}

} // namespace farboot::catalog
