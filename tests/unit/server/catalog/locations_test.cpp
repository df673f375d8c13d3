#include "server/catalog/locations.hpp"

#include "server/catalog/counters.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::catalog;
using nlohmann::json;
using rules::Location;

namespace
{

Location location(json value)
{
    if (!value.contains("name"))
        value["name"] = {{"en", "' \" ; -- ü"}};
    auto parsed = Location::parse(value.dump());
    if (!parsed)
        throw std::invalid_argument(parsed.error().sentence);
    return *parsed;
}

class LocationsTest : public test::CatalogTest
{
protected:
    Result<Location> create(const json& value)
    {
        return change([&](Connection& connection) { return create_location(connection, location(value)); });
    }
    Result<Location> update(std::int64_t id, const json& value, const std::string& if_match = "*")
    {
        return change(
            [&](Connection& connection) { return update_location(connection, id, if_match, location(value)); });
    }
    Result<void> remove(std::int64_t id, const std::string& if_match = "*")
    {
        return change([&](Connection& connection) { return remove_location(connection, id, if_match); });
    }
};
FARBOOT_ON_EACH_DATABASE(LocationsTest);

const json keys{{"subnets", {"10.1.0.0/16", "9.0.0.0/8", "2001:db8::/32"}},
                {"macs", {"52:54:00:00:00:02", "52:54:00:00:00:01"}},
                {"uuids", {"4c4c4544-0042-3510-8052-b4c04f4e4d32"}},
                {"dhcp", {"domain=chem.example.org", "option-224=room 12"}},
                {"settings", {{"locale", "de_DE.UTF-8"}, {"printers", json::array()}}}};

} // namespace

TEST_P(LocationsTest, WhatWasWrittenIsReadBack)
{
    const auto before = revision(connection());
    const auto made = create(keys);
    ASSERT_TRUE(made) << made.error().sentence;
    EXPECT_EQ(find_location(connection(), made->id), *made);
    EXPECT_EQ(list_locations(connection()), (std::vector{*made}));
    EXPECT_GT(revision(connection()), before);
    EXPECT_EQ(find_location(connection(), made->id + 1), std::nullopt);
    const auto changed = update(made->id, {{"subnets", {"10.2.0.0/16"}}}, made->etag());
    ASSERT_TRUE(changed);
    EXPECT_EQ(find_location(connection(), made->id), *changed);
    EXPECT_EQ(update(made->id, keys, made->etag()).error().reason, "changed-meanwhile");
    EXPECT_EQ(remove(made->id, made->etag()).error().reason, "changed-meanwhile");
    EXPECT_TRUE(remove(made->id, changed->etag()));
    EXPECT_EQ(remove(made->id).error().reason, "not-found");
    EXPECT_TRUE(create(keys)); // its keys are free again
}

TEST_P(LocationsTest, NoneIsInsideItself)
{
    const auto a = create(json::object())->id;
    const auto b = create({{"parent", a}})->id;
    const auto c = create({{"parent", b}})->id;
    for (const auto parent : {a, b, c})
        EXPECT_EQ(update(a, {{"parent", parent}}).error().reason, "parent-cycle") << parent;
    EXPECT_EQ(update(b, {{"parent", c}}).error().reason, "parent-cycle");
    EXPECT_TRUE(update(c, {{"parent", a}}));
    EXPECT_TRUE(update(b, {{"parent", c}}));
    EXPECT_EQ(create({{"parent", c + 1}}).error().reason, "parent-unknown");
    EXPECT_EQ(update(a, {{"parent", c + 1}}).error().reason, "parent-unknown");
}

TEST_P(LocationsTest, TheTreeHasALimit)
{
    std::vector<std::int64_t> ids{create(json::object())->id};
    while (ids.size() < rules::max_location_depth)
        ids.push_back(create({{"parent", ids.back()}})->id);
    EXPECT_EQ(create({{"parent", ids.back()}}).error().reason, "too-deep");
    const auto root = create(json::object())->id;
    EXPECT_EQ(update(ids.front(), {{"parent", root}}).error().reason, "too-deep"); // a whole branch
    EXPECT_TRUE(update(ids[1], {{"parent", root}}));
}

TEST_P(LocationsTest, AKeyIsInOneOnly)
{
    ASSERT_TRUE(create(keys));
    const auto other = create(json::object());
    for (const auto& [member, reason] : {std::pair("subnets", "subnet-taken"),
                                         {"macs", "mac-taken"},
                                         {"uuids", "uuid-taken"},
                                         {"dhcp", "dhcp-taken"}}) {
        EXPECT_EQ(create({{member, keys[member]}}).error().reason, reason);
        EXPECT_EQ(update(other->id, {{member, keys[member]}}).error().reason, reason);
    }
    EXPECT_EQ(find_location(connection(), other->id), *other);
    EXPECT_EQ(list_locations(connection()).size(), 2U); // and nothing of the others is left
}

TEST_P(LocationsTest, OneWithLocationsInsideStays)
{
    const auto outer = create(json::object())->id;
    const auto inner = create({{"parent", outer}})->id;
    EXPECT_EQ(remove(outer).error().reason, "in-use");
    EXPECT_TRUE(remove(inner));
    EXPECT_TRUE(remove(outer));
}
