#include "server/catalog/records.hpp"

#include "rootfs/record/envelope.hpp"
#include "server/catalog/counters.hpp"
#include "server/catalog/series.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>

namespace farboot::catalog
{

namespace
{

constexpr auto state_names = std::to_array<std::pair<VersionState, std::string_view>>({
    {VersionState::draft, "draft"},
    {VersionState::published, "published"},
    {VersionState::retired, "retired"},
    {VersionState::revoked, "revoked"},
});

PublishedRecord read_record(const QSqlQuery& row, bool with_envelope)
{
    return {.header = {{text_of(row, "type"), text_of(row, "series")},
                       static_cast<std::uint64_t>(number_of(row, "number"))},
            .title = text_of(row, "title"),
            .envelope = with_envelope ? text_of(row, "envelope") : std::string(),
            .published = std::chrono::sys_seconds(std::chrono::seconds(number_of(row, "published"))),
            .state = version_state_named(text_of(row, "state")).value_or(VersionState::draft)};
}

std::optional<PublishedRecord> first_record(QSqlQuery row)
{
    if (!row.next())
        return std::nullopt;
    return read_record(row, true);
}

template <class Record>
Result<std::string> title_in(std::string_view payload)
{
    auto record = Record::parse(payload);
    if (!record)
        return std::unexpected(record.error());
    return std::move(record->title);
}

/// Checks the whole payload as its type demands, and gives the record's title.
Result<std::string> title_of(const rootfs::RecordName& name, std::string_view payload)
{
    if (name.type == "boot")
        return title_in<rootfs::BootRecord>(payload);
    if (name.type == "vm")
        return title_in<rootfs::VmRecord>(payload);
    if (name.type == "gui")
        return title_in<rootfs::GuiRecord>(payload);
    if (name.type == "policy")
        return std::string();
    return fail("type-unknown", "Records of the type {} cannot be published.", name.type);
}

/// What is there under this number, if it is the same content.
std::optional<PublishedRecord> same_record(Connection& connection, const rootfs::Envelope& envelope,
                                           const rootfs::RecordHeader& header)
{
    auto found = find_record(connection, header);
    if (!found)
        return std::nullopt;
    const auto there = rootfs::Envelope::parse(found->envelope);
    if (!there || there->payload_type != envelope.payload_type || there->payload != envelope.payload)
        return std::nullopt;
    return found;
}

Result<PublishedRecord> insert(Connection& connection, const rootfs::Envelope& envelope,
                               const rootfs::RecordHeader& header, std::string title, std::chrono::sys_seconds now,
                               VersionState state)
{
    // Whoever sends again what he had no answer to gets what came of it. If it has become something else since, he is
    // refused: nothing would come of it.
    if (auto same = same_record(connection, envelope, header); same && same->state == state) {
        same->sent_again = true;
        return *same;
    }
    auto highest =
        connection.run("record-highest", {{":type", value(header.name.type)}, {":series", value(header.name.series)}});
    highest.next();
    if (const auto number = static_cast<std::uint64_t>(number_of(highest, "number")); number >= header.number)
        return fail("number-too-low",
                    "{} number {} is there already: the new record needs a higher number than {}, not {}.",
                    header.name.text(), number, number, header.number);
    PublishedRecord record{header, std::move(title), envelope.to_json(), now, state};
    connection.run("record-insert", {{":type", value(header.name.type)},
                                     {":series", value(header.name.series)},
                                     {":number", value(static_cast<std::int64_t>(header.number))},
                                     {":title", value(record.title)},
                                     {":envelope", value(record.envelope)},
                                     {":published", value(now.time_since_epoch().count())},
                                     {":state", value(name_of(state))}});
    note_version(connection, header, state);
    raise_revision(connection);
    return record;
}

} // namespace

std::string_view name_of(VersionState state)
{
    return std::ranges::find(state_names, state, &std::pair<VersionState, std::string_view>::first)->second;
}

std::optional<VersionState> version_state_named(std::string_view name)
{
    const auto* found = std::ranges::find(state_names, name, &std::pair<VersionState, std::string_view>::second);
    return found == state_names.end() ? std::nullopt : std::optional(found->first);
}

std::string iso_time(std::chrono::sys_seconds time)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

Result<PublishedRecord> publish(Connection& connection, std::string_view text, std::chrono::sys_seconds now,
                                VersionState state)
{
    if (state != VersionState::draft && state != VersionState::published)
        return fail("state-malformed", "A new record is published or a draft, not {}.", name_of(state));
    const auto policy = current_policy(connection);
    if (!policy)
        return fail("policy-missing", "The server has no policy yet, so that it can trust no record: install one with "
                                      "\"farboot-server policy\".");
    const auto envelope = rootfs::Envelope::parse(text);
    if (!envelope)
        return std::unexpected(envelope.error());
    // The name is not proven yet. It only says which role must have signed; open() then compares it with what was
    // signed.
    const auto claimed = rootfs::RecordHeader::parse(envelope->payload);
    if (!claimed)
        return std::unexpected(claimed.error());
    const auto payload = policy->open(*envelope, claimed->name);
    if (!payload)
        return std::unexpected(payload.error());
    if (claimed->name.type == "policy") {
        if (state != VersionState::published)
            return fail("state-malformed", "A policy holds as soon as it is there: it cannot be a draft.");
        if (const auto next = policy->succeed(*envelope); !next)
            return std::unexpected(next.error());
    }
    auto title = title_of(claimed->name, *payload);
    if (!title)
        return std::unexpected(title.error());
    return insert(connection, *envelope, *claimed, std::move(*title), now, state);
}

Result<PublishedRecord> install_policy(Connection& connection, std::string_view text, std::chrono::sys_seconds now)
{
    const auto envelope = rootfs::Envelope::parse(text);
    if (!envelope)
        return std::unexpected(envelope.error());
    if (envelope->payload_type != rootfs::payload_type_of("policy"))
        return fail("type-mismatch", "This is not a policy, but {}.", envelope->payload_type);
    if (current_policy(connection))
        return publish(connection, text, now);
    const auto policy = rootfs::Policy::load_pinned(text);
    if (!policy)
        return std::unexpected(policy.error());
    return insert(connection, *envelope, policy->header, {}, now, VersionState::published);
}

std::optional<PublishedRecord> current_record(Connection& connection, const rootfs::RecordName& name)
{
    auto record =
        first_record(connection.run("record-current", {{":type", value(name.type)}, {":series", value(name.series)}}));
    if (record)
        record->current = true;
    return record;
}

std::optional<PublishedRecord> find_record(Connection& connection, const rootfs::RecordHeader& header)
{
    return first_record(connection.run("record", {{":type", value(header.name.type)},
                                                  {":series", value(header.name.series)},
                                                  {":number", value(static_cast<std::int64_t>(header.number))}}));
}

std::vector<PublishedRecord> list_records(Connection& connection)
{
    std::vector<PublishedRecord> records;
    for (auto row = connection.run("record-list"); row.next();) {
        records.push_back(read_record(row, false));
        records.back().current =
            !row.isNull(QStringLiteral("current")) && number_of(row, "current") == number_of(row, "number");
    }
    return records;
}

std::vector<PublishedRecord> list_versions(Connection& connection, const rootfs::RecordName& name)
{
    std::vector<PublishedRecord> records;
    auto row = connection.run("record-versions", {{":type", value(name.type)}, {":series", value(name.series)}});
    while (row.next())
        records.push_back(read_record(row, false));
    return records;
}

std::vector<Digest> revoked_payloads(Connection& connection)
{
    std::vector<Digest> digests;
    for (auto row = connection.run("record-revoked"); row.next();)
        if (const auto envelope = rootfs::Envelope::parse(text_of(row, "envelope"))) // it was checked before it got in
            digests.push_back(sha256(as_bytes(envelope->payload)));
    return digests;
}

std::optional<rootfs::Policy> current_policy(Connection& connection)
{
    const auto record = current_record(connection, {"policy", "policy"});
    if (!record)
        return std::nullopt;
    auto policy = rootfs::Policy::load_pinned(record->envelope); // it was checked before it got in
    if (!policy)
        throw DatabaseError("The policy in the database cannot be used: " + policy.error().sentence);
    return std::move(*policy);
}

std::string audience_of(const PublishedRecord& record)
{
    const auto envelope = rootfs::Envelope::parse(record.envelope);
    const auto image = envelope ? rootfs::image_of(envelope->payload) : std::unexpected(envelope.error());
    if (image)
        return image->audience;
    return image.error().reason == "type-mismatch" ? "" : std::string(unknown_audience);
}

} // namespace farboot::catalog
