#include "tests/integration/rootfs/faulty_store.hpp"
#include "tests/integration/rootfs/learnt_image.hpp"

#include "rootfs/image/local_image.hpp"
#include "rootfs/image/locator_builder.hpp"
#include "rootfs/image/store_writer.hpp"

#include <functional>

namespace farboot::test
{
namespace
{

/// The first of two stores lacks a hot pack, or has a bad one.
class HotPackElsewhere : public LearntImage
{
protected:
    [[nodiscard]] std::filesystem::path poor() const { return folder.path / "poor"; }
    void copy_store() const { std::filesystem::copy(store(), poor(), std::filesystem::copy_options::recursive); }
    /// Gives a store's locator another hot list.
    void change_list(const std::filesystem::path& where, const std::function<void(rootfs::HotList&)>& change) const
    {
        auto writer = rootfs::StoreWriter::open(where);
        ASSERT_TRUE(writer);
        const auto local = rootfs::LocalImage::open(writer->store(), ref.manifest);
        ASSERT_TRUE(local);
        auto list = local->locator().hot();
        change(list);
        rootfs::LocatorBuilder builder(local->manifest().page_entries());
        builder.set_hot(list);
        ASSERT_TRUE(local->walk([&](const rootfs::ChunkRef&, const rootfs::ChunkPlace& place) {
            builder.add(local->locator().packs()[place.pack], place.offset, place.stored_length);
        }));
        const auto made = builder.finish();
        ASSERT_TRUE(made);
        ASSERT_TRUE(writer->write(writer->store().locator(ref.manifest), as_bytes(*made)));
    }
    void expect_done() const
    {
        const auto first = serve("web1", poor());
        const auto second = serve("web2", store());
        const NbdServer server(folder.path / "nbd", parameters({&first, &second}));
        NbdClient client(server.uri());
        ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
        read_all(client, boot());
        const auto status = server.status();
        EXPECT_EQ(status["exports"][0]["demand_bytes"], 0) << status.dump(2);
        EXPECT_GT(status["sources"][1]["hot_bytes"], 0) << status.dump(2);
        EXPECT_EQ(status["sources"][0]["state"], "good") << "all else that it has is right";
    }
};

TEST_F(HotPackElsewhere, IsUsedWhereTheFirstSourceLacksIt)
{
    learn();
    copy_store();
    std::filesystem::remove(hot_file_of(poor()));
    expect_done();
}

TEST_F(HotPackElsewhere, IsUsedWhereThatOfTheFirstSourceIsBad)
{
    learn();
    copy_store();
    damage_hot_pack(poor());
    expect_done();
}

/// It has not been brought up to date since the profile was made.
TEST_F(HotPackElsewhere, IsUsedWhereTheFirstSourceHasNoList)
{
    copy_store();
    learn();
    expect_done();
}

/// Lists are not signed. The first source's is as long as the second one's, and wrong in one place.
TEST_F(HotPackElsewhere, HasARightListThere)
{
    learn();
    copy_store();
    change_list(poor(), [](auto& list) { list.rows[list.rows.size() / 2].digest = sha256(as_bytes("nothing")); });
    const auto first = serve("web1", poor());
    const auto second = serve("web2", store());
    const NbdServer server(folder.path / "nbd", parameters({&first, &second}));
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
    const auto status = server.status();
    EXPECT_GT(status["sources"][0]["hot_bytes"], 0) << status.dump(2);
    EXPECT_GT(status["sources"][1]["hot_bytes"], 0) << status.dump(2);
    read_all(client, boot());
}

/// Lists are not signed. The first source's pack breaks off far behind the end of the second one's list.
TEST_F(HotPackElsewhere, HasAShorterListThere)
{
    learn();
    copy_store();
    auto bytes = read_whole(hot_file_of(poor()));
    for (auto at = bytes.size() / 2; at < bytes.size(); at += 10'000)
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write_whole(hot_file_of(poor()), bytes);
    constexpr std::size_t rows = 5;
    change_list(store(), [](auto& list) {
        ASSERT_GT(list.rows.size(), 4 * rows);
        list.rows.resize(rows);
        list.pack.bytes = rootfs::HotList::header_bytes;
        for (const auto& row : list.rows)
            list.pack.bytes += row.stored_length;
    });
    const auto first = serve("web1", poor());
    const auto second = serve("web2", store());
    const NbdServer server(folder.path / "nbd", parameters({&first, &second}));
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
    const auto status = server.status();
    EXPECT_EQ(hot(server)["chunks"], rows);
    EXPECT_EQ(hot(server)["through"], rows) << "of that list, and not of the other one's";
    EXPECT_GT(status["sources"][0]["hot_bytes"], 0) << status.dump(2);
    EXPECT_GT(status["sources"][1]["meta_bytes"], 0) << status.dump(2);
    read_all(client, boot());
}

TEST_F(HotPackElsewhere, IsNotThereAtAll)
{
    copy_store();
    const auto first = serve("web1", poor());
    const auto second = serve("web2", store());
    const NbdServer server(folder.path / "nbd", parameters({&first, &second}));
    NbdClient client(server.uri());
    EXPECT_TRUE(becomes(server, "none")) << server.status().dump(2);
}

struct Named {
    const char* name;
    Fault fault;
};

void PrintTo(const Named& named, std::ostream* out)
{
    *out << named.name;
}

/// A source goes bad while the hot pack streams: no wrong byte is served, and no read fails.
class HotFaults : public LearntImage, public testing::WithParamInterface<Named>
{
protected:
    void SetUp() override
    {
        LearntImage::SetUp();
        if (!IsSkipped())
            learn();
    }
    /// With little memory, the stream waits for reads in between.
    [[nodiscard]] std::vector<std::string> parameters_of(const std::vector<Address>& addresses) const
    {
        auto small = parameters_for(addresses);
        small.emplace_back("cache=4");
        return small;
    }
    /// Until the stream asks the bad source for more.
    void read_until_it_hurts(const NbdServer& server, NbdClient& client, FaultyStore& faulty) const
    {
        ASSERT_TRUE(becomes(server, "streaming")) << server.status().dump(2);
        ASSERT_TRUE(eventually([&] { return hot(server)["through"] > 0; }));
        faulty.misbehave(GetParam().fault);
        auto places = boot();
        places.resize(places.size() / 4);
        read_all(client, places);
        ASSERT_TRUE(eventually([&] { return faulty.hot_faults() > 0; })) << server.status().dump(2);
    }
    void expect_all_right(const NbdServer& server, NbdClient& client) const
    {
        read_all(client, boot());
        std::string output;
        EXPECT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
        EXPECT_TRUE(copy_is_whole());
    }
};

TEST_P(HotFaults, OfTheFirstOfTwoHurtNobody)
{
    FaultyStore faulty(store());
    const auto good = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters_of({{faulty.url(), faulty.authority()}, address_of(good)}));
    NbdClient client(server.uri());
    read_until_it_hurts(server, client, faulty);
    read_all(client, boot());
    EXPECT_TRUE(becomes(server, "done")) << server.status().dump(2);
    expect_all_right(server, client);
    EXPECT_EQ(server.status()["exports"][0]["waits"], 0) << server.log();
}

TEST_P(HotFaults, OfTheOnlySourceAreWaitedFor)
{
    FaultyStore faulty(store());
    const NbdServer server(folder.path / "nbd", parameters_of({{faulty.url(), faulty.authority()}}));
    NbdClient client(server.uri());
    read_until_it_hurts(server, client, faulty);
    faulty.misbehave(Fault::none);
    expect_all_right(server, client);
}

INSTANTIATE_TEST_SUITE_P(All, HotFaults,
                         testing::Values(Named{"Stalls", Fault::stalls}, Named{"Trickles", Fault::trickles},
                                         Named{"Endless", Fault::endless}, Named{"Truncated", Fault::truncated},
                                         Named{"Unavailable", Fault::unavailable}, Named{"Corrupt", Fault::corrupt}),
                         [](const auto& test) { return test.param.name; });

} // namespace
} // namespace farboot::test
