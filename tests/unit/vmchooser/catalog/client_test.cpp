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

struct Catalog : ::testing::Test {
    SignedWorld world;
    std::string record = SignedWorld::seal("vm", SignedWorld::vm().to_json(), world.publisher);
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
    const auto vm = client.vm(tiny);
    ASSERT_TRUE(vm) << vm.error().sentence;
    EXPECT_EQ(vm->record, SignedWorld::vm());
    EXPECT_EQ(vm->envelope_json, record);
}

TEST_F(Catalog, RefusesARecordByAnUnknownKey)
{
    record = SignedWorld::seal("vm", SignedWorld::vm().to_json(), rootfs::SigningKey::generate());
    EXPECT_EQ(client.vm(tiny).error().reason, "key-unknown");
}

TEST_F(Catalog, RefusesARecordSignedByTheServer)
{
    record = SignedWorld::seal("vm", SignedWorld::vm().to_json(), world.online);
    EXPECT_EQ(client.vm(tiny).error().reason, "signatures-too-few");
}

TEST_F(Catalog, RefusesAnotherSeriesRecord)
{
    auto other = SignedWorld::vm();
    other.header.name.series = "other";
    record = SignedWorld::seal("vm", other.to_json(), world.publisher);
    EXPECT_EQ(client.vm(tiny).error().reason, "series-mismatch");
}

TEST_F(Catalog, RefusesARolledBackRecord)
{
    lowest = {{tiny, 4}};
    EXPECT_EQ(client.vm(tiny).error().reason, "number-too-low");
}

TEST_F(Catalog, RefusesARevokedRecord)
{
    revoked = {sha256(as_bytes(SignedWorld::vm().to_json()))};
    EXPECT_EQ(client.vm(tiny).error().reason, "revoked");
}

TEST_F(Catalog, RefusesAnAnswerToSomebodyElsesQuestion)
{
    statement = [this](const std::string&) { return world.statement(rootfs::fresh_nonce()); };
    EXPECT_EQ(client.vm(tiny).error().reason, "statement-stale");
}

TEST_F(Catalog, SaysThatARecordIsNotThere)
{
    EXPECT_EQ(client.vm({"vm", "gone"}).error().reason, "http-404");
}

} // namespace
