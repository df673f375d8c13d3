#include "vmchooser/catalog/client.hpp"

#include "rootfs/base/encoding.hpp"
#include "tests/unit/vmchooser/catalog/tiny_http_server.hpp"
#include "tests/unit/vmchooser/signed_world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;

namespace
{

const rootfs::RecordName tiny{"vm", "tiny"};
const MenuEntry entry{.record = tiny, .title = {}, .description = {}, .icon = {}};

struct Catalog : ::testing::Test {
    SignedWorld world;
    std::string record = SignedWorld::seal("vm", SignedWorld::vm().to_json(), world.publisher);
    std::string fixed;
    std::vector<rootfs::Statement::Lowest> lowest;
    std::vector<Digest> revoked;
    std::function<std::string(const std::string& nonce)> statement = [this](const std::string& nonce) {
        return world.statement(nonce, lowest, revoked);
    };

    TinyHttpServer server{[this](const std::string& request, const std::string& body) -> std::string {
        if (request == "GET /api/v1/menu?for=session")
            return TinyHttpServer::ok(
                R"({"version": 1, "revision": 1, "entries": [{"kind": "vm", "record": "vm/tiny", "number": 3, "title": {"en": "Tiny"}}]})");
        if (request == "GET /api/v1/records/vm/tiny")
            return TinyHttpServer::ok(record);
        if (request == "GET /api/v1/records/vm/tiny/2")
            return TinyHttpServer::ok(fixed);
        if (request == "POST /api/v1/statement")
            return TinyHttpServer::ok(statement(*from_base64(nlohmann::json::parse(body)["nonce"].get<std::string>())));
        return "404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    }};
    CatalogClient client{SessionData{server.url(), "", world.policy}};
};

TEST_F(Catalog, ListsVirtualMachines)
{
    const auto menu = client.menu();
    ASSERT_TRUE(menu) << menu.error().sentence;
    ASSERT_EQ(menu->entries.size(), 1U);
    EXPECT_EQ(menu->entries[0].record, tiny);
}

TEST_F(Catalog, BelievesASignedAndFreshRecord)
{
    const auto vm = client.vm(entry);
    ASSERT_TRUE(vm) << vm.error().sentence;
    EXPECT_EQ(vm->record, SignedWorld::vm());
    EXPECT_EQ(vm->envelope_json, record);
}

TEST_F(Catalog, FetchesTheVersionThatTheOfferingAsksFor)
{
    auto older = SignedWorld::vm();
    older.header.number = 2;
    fixed = SignedWorld::seal("vm", older.to_json(), world.publisher);
    auto offered = entry;
    offered.offering.version = 2;
    const auto vm = client.vm(offered);
    ASSERT_TRUE(vm) << vm.error().sentence;
    EXPECT_EQ(vm->record.header.number, 2U);
    lowest = {{tiny, 3}};
    EXPECT_EQ(client.vm(offered).error().reason, "number-too-low") << "the offering is not signed, the floor is";
    revoked = {sha256(as_bytes(older.to_json()))};
    lowest.clear();
    EXPECT_EQ(client.vm(offered).error().reason, "revoked");
}

TEST_F(Catalog, RefusesARecordByAnUnknownKey)
{
    record = SignedWorld::seal("vm", SignedWorld::vm().to_json(), rootfs::SigningKey::generate());
    EXPECT_EQ(client.vm(entry).error().reason, "key-unknown");
}

TEST_F(Catalog, RefusesARecordSignedByTheServer)
{
    record = SignedWorld::seal("vm", SignedWorld::vm().to_json(), world.online);
    EXPECT_EQ(client.vm(entry).error().reason, "signatures-too-few");
}

TEST_F(Catalog, RefusesAnotherSeriesRecord)
{
    auto other = SignedWorld::vm();
    other.header.name.series = "other";
    record = SignedWorld::seal("vm", other.to_json(), world.publisher);
    EXPECT_EQ(client.vm(entry).error().reason, "series-mismatch");
}

TEST_F(Catalog, RefusesARolledBackRecord)
{
    lowest = {{tiny, 4}};
    EXPECT_EQ(client.vm(entry).error().reason, "number-too-low");
}

TEST_F(Catalog, RefusesARevokedRecord)
{
    revoked = {sha256(as_bytes(SignedWorld::vm().to_json()))};
    EXPECT_EQ(client.vm(entry).error().reason, "revoked");
}

TEST_F(Catalog, RefusesAnAnswerToSomebodyElsesQuestion)
{
    statement = [this](const std::string&) { return world.statement(rootfs::fresh_nonce()); };
    EXPECT_EQ(client.vm(entry).error().reason, "statement-stale");
}

TEST_F(Catalog, SaysThatARecordIsNotThere)
{
    EXPECT_EQ(client.vm({.record = {"vm", "gone"}, .title = {}, .description = {}, .icon = {}}).error().reason,
              "http-404");
}

} // namespace
