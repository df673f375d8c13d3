#include "server/trust/online_key.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/envelope.hpp"
#include "rootfs/record/policy.hpp"
#include "server/base/files.hpp"
#include "tests/unit/server/trust/folder.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::server;

TEST(OnlineKey, SignsWhatClientsAccept)
{
    const test::Folder folder;
    const auto key = OnlineKey::open(folder.path);
    ASSERT_TRUE(key) << key.error().sentence;
    const std::string nonce = rootfs::fresh_nonce();
    const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};
    const auto text = key->state(nonce, noon, {{{"boot", "debian"}, 3}}, {sha256({})});

    const auto pub = from_base64(read_file(folder.path / "statement.pub")->substr(0, 44));
    ASSERT_TRUE(pub && pub->size() == 32);
    rootfs::PublicKey online;
    std::copy_n(reinterpret_cast<const std::byte*>(pub->data()), 32, online.raw.begin());
    const auto publisher = rootfs::SigningKey::generate().public_key();
    const rootfs::Policy policy{
        .header = {{"policy", "policy"}, 1},
        .keys = {{online.id(), {online, "server"}}, {publisher.id(), {publisher, "publisher"}}},
        .roles = {{{"statement"}, {"*"}, 1, {online.id()}}, {{"boot"}, {"*"}, 1, {publisher.id()}}}};
    const auto statement = rootfs::Statement::open(policy, *rootfs::Envelope::parse(text), nonce);
    ASSERT_TRUE(statement) << statement.error().sentence;
    EXPECT_EQ(statement->time, noon);
    ASSERT_EQ(statement->lowest.size(), 1U);
    EXPECT_EQ(statement->lowest[0].number, 3U);
}

TEST(OnlineKey, IsMadeOnce)
{
    const test::Folder folder;
    ASSERT_TRUE(OnlineKey::open(folder.path));
    const auto first = read_file(folder.path / "statement.pub");
    ASSERT_TRUE(OnlineKey::open(folder.path));
    EXPECT_EQ(*first, *read_file(folder.path / "statement.pub"));
}
