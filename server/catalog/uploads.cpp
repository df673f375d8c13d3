#include "server/catalog/uploads.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/events.hpp"
#include "server/catalog/pc.hpp"
#include "server/catalog/users.hpp"

#include <algorithm>

namespace farboot::catalog
{

namespace
{

std::vector<Upload> all_of(QSqlQuery rows)
{
    std::vector<Upload> uploads;
    while (rows.next())
        uploads.push_back(Upload::read(rows));
    return uploads;
}

QVariant bytes_value(std::uint64_t bytes)
{
    return value(static_cast<std::int64_t>(bytes));
}

std::uint64_t bytes_of(const QSqlQuery& row, const char* column)
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_of(row, column)));
}

void save(Connection& connection, const Upload& upload)
{
    connection.run("upload-set", {{":id", value(upload.id)},
                                  {":received", bytes_value(upload.received)},
                                  {":state", value(name_of(upload.state))},
                                  {":sha256", value(upload.sha256)},
                                  {":sentence", value(upload.sentence)},
                                  {":changed", value(upload.changed)}});
}

std::uint64_t percent(std::uint64_t part, std::uint64_t whole)
{
    return whole == 0 ? 100
                      : static_cast<std::uint64_t>(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

} // namespace

UploadQuota upload_quota(Connection& connection, const UploadOwner& owner, std::uint64_t quota)
{
    UploadQuota result{.bytes = quota, .used = 0};
    if (owner.person != 0)
        if (const auto user = find_user(connection, owner.person); user && user->upload_quota)
            result.bytes = *user->upload_quota;
    auto used = connection.run("upload-use-of", {{":person", value(owner.person)}, {":owner", value(owner.name)}});
    if (used.next())
        result.used = bytes_of(used, "bytes");
    return result;
}

Result<Upload> create_upload(Connection& connection, Upload upload, const UploadLimits& limits,
                             std::chrono::sys_seconds now)
{
    const auto mine = upload_quota(connection, upload.owner, limits.quota);
    if (upload.bytes > mine.left())
        return fail("quota-exceeded",
                    "{} has {} bytes, and your uploads may have {} bytes more of the {} that are yours: remove some, "
                    "or ask whoever manages users for a larger quota.",
                    upload.name, upload.bytes, mine.left(), mine.bytes);
    auto count = connection.run("upload-use-of",
                                {{":person", value(upload.owner.person)}, {":owner", value(upload.owner.name)}});
    if (count.next() && number_of(count, "uploads") >= max_uploads_of_one)
        return fail("too-many", "You have {} uploads, which is the most: remove some.", max_uploads_of_one);
    auto all = connection.run("upload-use");
    const auto used = all.next() ? bytes_of(all, "bytes") : 0;
    const auto awaited = bytes_of(all, "awaited");
    if (const auto left = limits.total > used ? limits.total - used : 0; upload.bytes > left)
        return fail("quota-exceeded",
                    "{} has {} bytes, and all uploads together may have {} bytes more: whoever runs the server can "
                    "remove some, or allow more (--upload-total).",
                    upload.name, upload.bytes, left);
    if (const auto left = limits.free > awaited ? limits.free - awaited : 0; upload.bytes > left)
        return fail("disk-full",
                    "{} has {} bytes, and the disk for uploads has room for {} more, besides what is on its way: "
                    "whoever runs the server can make some.",
                    upload.name, upload.bytes, left);
    upload.id = next_number(connection, "upload");
    upload.state = upload.bytes == 0 ? UploadState::checking : UploadState::open;
    upload.made = upload.changed = now;
    connection.run("upload-insert", {{":id", value(upload.id)},
                                     {":person", value(upload.owner.person)},
                                     {":owner", value(upload.owner.name)},
                                     {":name", value(upload.name)},
                                     {":metadata", value(upload.metadata)},
                                     {":bytes", bytes_value(upload.bytes)},
                                     {":state", value(name_of(upload.state))},
                                     {":sha256", value(upload.sha256)},
                                     {":made", value(now)},
                                     {":changed", value(now)}});
    tell_event(connection, "upload", upload.id);
    return upload;
}

std::optional<Upload> find_upload(Connection& connection, std::int64_t id)
{
    auto row = connection.run("upload", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    return Upload::read(row);
}

std::vector<Upload> list_uploads(Connection& connection)
{
    return all_of(connection.run("upload-list"));
}

std::vector<Upload> list_uploads_of(Connection& connection, const UploadOwner& owner)
{
    return all_of(connection.run("upload-list-of", {{":person", value(owner.person)}, {":owner", value(owner.name)}}));
}

std::vector<Upload> uploads_to_check(Connection& connection)
{
    return all_of(connection.run("upload-in-state", {{":state", value(name_of(UploadState::checking))}}));
}

std::vector<Upload> stale_uploads(Connection& connection, std::chrono::sys_seconds before)
{
    return all_of(connection.run("upload-stale", {{":before", value(before)}}));
}

void renew_uploads(Connection& connection, std::chrono::sys_seconds now)
{
    connection.run("upload-renew", {{":changed", value(now)}});
}

bool note_received(Connection& connection, std::int64_t id, std::uint64_t received, std::chrono::sys_seconds now)
{
    auto upload = find_upload(connection, id);
    if (!upload || upload->state != UploadState::open)
        return false;
    const auto before = percent(upload->received, upload->bytes);
    upload->received = received;
    upload->changed = now;
    if (received == upload->bytes)
        upload->state = UploadState::checking;
    save(connection, *upload);
    if (before != percent(received, upload->bytes))
        tell_event(connection, "upload", id);
    return true;
}

bool end_upload(Connection& connection, std::int64_t id, UploadState state, std::string_view sha256,
                std::string_view sentence, std::chrono::sys_seconds now)
{
    auto upload = find_upload(connection, id);
    if (!upload || upload->state != UploadState::checking)
        return false;
    upload->state = state;
    upload->sha256 = sha256;
    upload->sentence = sentence;
    upload->changed = now;
    if (state == UploadState::refused)
        upload->received = 0;
    save(connection, *upload);
    tell_event(connection, "upload", id);
    return true;
}

void remove_upload(Connection& connection, std::int64_t id)
{
    connection.run("upload-delete", {{":id", value(id)}});
    tell_event(connection, "upload-removed", id);
}

} // namespace farboot::catalog
