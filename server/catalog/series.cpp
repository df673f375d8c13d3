#include "server/catalog/series.hpp"

#include "server/catalog/counters.hpp"

#include <algorithm>
#include <map>

namespace farboot::catalog
{

namespace
{

using nlohmann::json;

std::optional<std::uint64_t> optional_number(const QSqlQuery& row, const char* column)
{
    if (row.isNull(QLatin1String(column)))
        return std::nullopt;
    return static_cast<std::uint64_t>(number_of(row, column));
}

QVariant value_of(const std::optional<std::uint64_t>& number)
{
    return number ? value(static_cast<std::int64_t>(*number)) : QVariant(QMetaType(QMetaType::LongLong));
}

json json_of(const std::optional<std::uint64_t>& number)
{
    return number ? json(*number) : json(nullptr);
}

Series series_of(const QSqlQuery& row)
{
    return {.name = {text_of(row, "type"), text_of(row, "series")},
            .current = optional_number(row, "current"),
            .lowest = optional_number(row, "lowest"),
            .version = number_of(row, "version")};
}

/// Without versions.
std::optional<Series> read_series(Connection& connection, const rootfs::RecordName& name)
{
    auto row = connection.run("series", {{":type", value(name.type)}, {":series", value(name.series)}});
    if (!row.next())
        return std::nullopt;
    return series_of(row);
}

void save(Connection& connection, Series& series)
{
    ++series.version;
    connection.run("series-update", {{":type", value(series.name.type)},
                                     {":series", value(series.name.series)},
                                     {":current", value_of(series.current)},
                                     {":lowest", value_of(series.lowest)},
                                     {":version", value(series.version)}});
}

/// The series as the client has seen it, to be changed.
Result<Series> to_change(Connection& connection, const rootfs::RecordName& name, std::string_view if_match)
{
    auto series = find_series(connection, name);
    if (!series)
        return fail("not-found", "There is no record {}.", name.text());
    if (name.type == "policy")
        return fail("policy-fixed",
                    "Of policies the newest one holds, always: to go back, publish the old one's content "
                    "with a higher number.");
    if (if_match != "*" && if_match != series->etag())
        return fail("changed-meanwhile", "Someone else has changed the versions of {} meanwhile: load them again.",
                    name.text());
    return std::move(*series);
}

/// The newest published version below a number, but not below the floor.
std::optional<std::uint64_t> published_below(const Series& series, std::uint64_t number)
{
    for (const auto& version : series.versions)
        if (version.state == VersionState::published && version.header.number < number &&
            version.header.number >= series.lowest.value_or(0))
            return version.header.number;
    return std::nullopt;
}

Result<void> check_step(const PublishedRecord& version, VersionState to)
{
    const auto refuse = [&](std::string_view why) {
        return fail("state-order", "Number {} of {} is {}. {}", version.header.number, version.header.name.text(),
                    name_of(version.state), why);
    };
    if (to == VersionState::draft && version.state != VersionState::draft)
        return refuse("It cannot become a draft again: retire it instead.");
    if (to == VersionState::published && version.state == VersionState::revoked)
        return refuse("Retire it first, which takes the revocation back, and publish it then.");
    return {};
}

} // namespace

std::string Series::etag() const
{
    return fmt::format("\"{}-{}\"", name.text(), version);
}

const PublishedRecord* Series::find(std::uint64_t number) const
{
    const auto found =
        std::ranges::find_if(versions, [&](const PublishedRecord& each) { return each.header.number == number; });
    return found == versions.end() ? nullptr : &*found;
}

std::uint64_t floor_of(const Series& series, const std::vector<std::uint64_t>& in_use)
{
    auto offered = in_use;
    if (series.current)
        offered.push_back(*series.current);
    if (!offered.empty())
        return *std::ranges::min_element(offered);
    // Nothing is offered: whoever knows an old menu is still to boot nothing older than what there was.
    std::uint64_t newest = 0;
    for (const auto& version : series.versions)
        if (version.state != VersionState::draft)
            newest = std::max(newest, version.header.number);
    return std::max(newest, series.lowest.value_or(0));
}

json choice_json(const Series& series)
{
    return {{"current", json_of(series.current)}, {"lowest", json_of(series.lowest)}};
}

json series_json(const Series& series, std::uint64_t floor)
{
    auto versions = json::array();
    for (const auto& version : series.versions)
        versions.push_back({{"number", version.header.number},
                            {"title", version.title},
                            {"state", name_of(version.state)},
                            {"published", iso_time(version.published)},
                            {"current", version.header.number == series.current}});
    return {{"type", series.name.type},
            {"series", series.name.series},
            {"current", json_of(series.current)},
            {"lowest", json_of(series.lowest)},
            {"floor", floor ? json(floor) : json(nullptr)},
            {"etag", series.etag()},
            {"versions", std::move(versions)}};
}

std::optional<Series> find_series(Connection& connection, const rootfs::RecordName& name)
{
    auto series = read_series(connection, name);
    if (series)
        series->versions = list_versions(connection, name);
    return series;
}

std::vector<Series> list_series(Connection& connection)
{
    std::map<rootfs::RecordName, std::vector<PublishedRecord>> versions;
    for (auto& record : list_records(connection))
        versions[record.header.name].push_back(std::move(record));
    std::vector<Series> all;
    for (auto row = connection.run("series-list"); row.next();) {
        all.push_back(series_of(row));
        all.back().versions = std::move(versions[all.back().name]);
    }
    return all;
}

void note_version(Connection& connection, const rootfs::RecordHeader& record, VersionState state)
{
    const auto current = state == VersionState::published ? std::optional(record.number) : std::nullopt;
    if (auto series = read_series(connection, record.name)) {
        if (current)
            series->current = current;
        save(connection, *series);
    } else {
        connection.run("series-insert", {{":type", value(record.name.type)},
                                         {":series", value(record.name.series)},
                                         {":current", value_of(current)}});
    }
}

Result<Series> choose_version(Connection& connection, const rootfs::RecordName& name, std::string_view if_match,
                              std::uint64_t current, std::optional<std::uint64_t> lowest)
{
    auto series = to_change(connection, name, if_match);
    if (!series)
        return series;
    const auto* version = series->find(current);
    if (!version || version->state != VersionState::published)
        return fail("version-unknown", "Number {} of {} cannot be offered: it is {}.", current, name.text(),
                    version ? name_of(version->state) : "not there");
    if (lowest && *lowest > current)
        return fail("floor-too-high",
                    "The lowest number of {} cannot be {}: PCs would refuse number {}, which is the current one.",
                    name.text(), *lowest, current);
    series->current = current;
    series->lowest = lowest;
    save(connection, *series);
    raise_revision(connection);
    return series;
}

Result<Series> set_version_state(Connection& connection, const rootfs::RecordHeader& record, std::string_view if_match,
                                 VersionState state, std::chrono::sys_seconds now)
{
    auto series = to_change(connection, record.name, if_match);
    if (!series)
        return series;
    const auto version = std::ranges::find_if(
        series->versions, [&](const PublishedRecord& each) { return each.header.number == record.number; });
    if (version == series->versions.end())
        return fail("version-unknown", "There is no number {} of {}.", record.number, record.name.text());
    if (auto good = check_step(*version, state); !good)
        return std::unexpected(good.error());
    if (version->state == state)
        return series;
    if (state == VersionState::published) {
        if (record.number < series->lowest.value_or(0))
            return fail("floor-too-high",
                        "Number {} of {} cannot be offered: an admin has set the lowest number to {}.", record.number,
                        record.name.text(), *series->lowest);
        version->published = now;
        series->current = std::max(series->current.value_or(0), record.number);
    }
    version->state = state;
    if (series->current == record.number && state != VersionState::published)
        series->current = published_below(*series, record.number);
    connection.run("record-set-state", {{":type", value(record.name.type)},
                                        {":series", value(record.name.series)},
                                        {":number", value(static_cast<std::int64_t>(record.number))},
                                        {":state", value(name_of(state))},
                                        {":published", value(version->published.time_since_epoch().count())}});
    save(connection, *series);
    raise_revision(connection);
    return series;
}

} // namespace farboot::catalog
