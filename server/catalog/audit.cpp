#include "server/catalog/audit.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/records.hpp"

#include <algorithm>
#include <limits>

namespace farboot::catalog
{

namespace
{

constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();

std::int64_t seconds_or(const std::optional<std::chrono::sys_seconds>& time, std::int64_t otherwise)
{
    return time ? static_cast<std::int64_t>(time->time_since_epoch().count()) : otherwise;
}

} // namespace

nlohmann::json AuditRow::to_json() const
{
    return {{"id", id},
            {"at", iso_time(author.at)},
            {"user", author.user},
            {"token", author.token},
            {"address", author.address},
            {"action", action},
            {"object", object},
            {"before", nlohmann::json::parse(before, nullptr, false)},
            {"after", nlohmann::json::parse(after, nullptr, false)}};
}

void log_change(Connection& connection, const Author& author, std::string_view action, std::string_view object,
                const nlohmann::json& before, const nlohmann::json& after)
{
    connection.run("audit-insert", {{":id", value(next_number(connection, "audit"))},
                                    {":at", value(static_cast<std::int64_t>(author.at.time_since_epoch().count()))},
                                    {":person", value(author.user)},
                                    {":token", value(author.token)},
                                    {":address", value(author.address)},
                                    {":action", value(action)},
                                    {":object", value(object)},
                                    {":before_change", value(before.dump())},
                                    {":after_change", value(after.dump())}});
}

std::vector<AuditRow> list_audit(Connection& connection, const AuditFilter& filter)
{
    // One statement for all filters: a bound that nothing exceeds stands for one that is not given.
    const std::string kind = filter.object.ends_with(':') ? filter.object : std::string();
    std::vector<AuditRow> rows;
    for (auto row = connection.run("audit-list", {{":before", value(filter.before.value_or(last))},
                                                  {":from", value(seconds_or(filter.from, 0))},
                                                  {":until", value(seconds_or(filter.until, last))},
                                                  {":any_person", value(filter.user.empty() ? 1 : 0)},
                                                  {":person", value(filter.user)},
                                                  {":any_object", value(filter.object.empty() ? 1 : 0)},
                                                  {":object", value(filter.object)},
                                                  {":kind_length", value(static_cast<std::int64_t>(kind.size()))},
                                                  {":kind_size", value(static_cast<std::int64_t>(kind.size()))},
                                                  {":kind", value(kind)},
                                                  {":limit", value(static_cast<std::int64_t>(filter.limit))}});
         row.next();)
        rows.push_back({.id = number_of(row, "id"),
                        .author = {.user = text_of(row, "person"),
                                   .token = text_of(row, "token"),
                                   .address = text_of(row, "address"),
                                   .at = std::chrono::sys_seconds(std::chrono::seconds(number_of(row, "at")))},
                        .action = text_of(row, "action"),
                        .object = text_of(row, "object"),
                        .before = text_of(row, "before_change"),
                        .after = text_of(row, "after_change")});
    return rows;
}

void trim_audit(Connection& connection, std::chrono::sys_seconds older_than)
{
    auto row = connection.run("audit-oldest");
    if (!row.next() || row.isNull(QStringLiteral("at")))
        return;
    const std::chrono::sys_seconds oldest(std::chrono::seconds(number_of(row, "at")));
    row.finish();
    older_than = std::min(older_than, oldest + most_trimmed);
    connection.run("audit-delete-older",
                   {{":at", value(static_cast<std::int64_t>(older_than.time_since_epoch().count()))}});
}

} // namespace farboot::catalog
