#include "server/catalog/hardware_classes.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/definition.hpp"
#include "server/catalog/rules.hpp"
#include "server/catalog/versions.hpp"

namespace farboot::catalog
{

using rules::HardwareClass;

namespace
{

HardwareClass read_hardware(const QSqlQuery& row)
{
    auto hardware = read_definition<HardwareClass>(row, "Hardware class");
    hardware.version = number_of(row, "version");
    return hardware;
}

HardwareClass save(Connection& connection, std::string_view statement, HardwareClass hardware)
{
    connection.run(
        statement,
        {{":id", value(hardware.id)}, {":definition", definition_of(hardware)}, {":version", value(hardware.version)}});
    raise_revision(connection);
    return hardware;
}

} // namespace

std::vector<HardwareClass> list_hardware(Connection& connection)
{
    std::vector<HardwareClass> classes;
    for (auto row = connection.run("hardware-list"); row.next();)
        classes.push_back(read_hardware(row));
    return classes;
}

std::optional<HardwareClass> find_hardware(Connection& connection, std::int64_t id)
{
    auto row = connection.run("hardware", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    return read_hardware(row);
}

Result<HardwareClass> create_hardware(Connection& connection, HardwareClass hardware)
{
    auto count = connection.run("hardware-count");
    count.next();
    if (number_of(count, "count") >= static_cast<std::int64_t>(rules::max_hardware_classes))
        return fail("too-many", "There can be at most {} hardware classes.", rules::max_hardware_classes);
    hardware.id = next_number(connection, "hardware");
    hardware.version = 1;
    return save(connection, "hardware-insert", std::move(hardware));
}

Result<HardwareClass> update_hardware(Connection& connection, std::int64_t id, std::string_view if_match,
                                      HardwareClass hardware)
{
    const auto old = seen(find_hardware(connection, id), "hardware class", id, if_match);
    if (!old)
        return std::unexpected(old.error());
    hardware.id = id;
    hardware.version = old->version + 1;
    return save(connection, "hardware-update", std::move(hardware));
}

Result<void> remove_hardware(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = seen(find_hardware(connection, id), "hardware class", id, if_match); !old)
        return std::unexpected(old.error());
    if (auto free = check_unused(connection, "rule-use-of-hardware", id); !free)
        return free;
    connection.run("hardware-delete", {{":id", value(id)}});
    raise_revision(connection);
    return {};
}

} // namespace farboot::catalog
