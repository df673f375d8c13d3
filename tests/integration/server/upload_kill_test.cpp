#include "tests/integration/rootfs/rounds.hpp"
#include "tests/integration/server/uploads.hpp"

#include <gmock/gmock.h>

#include <csignal>

using namespace farboot;
using namespace farboot::test;
using testing::HasSubstr;

TEST_F(Upload, AKilledUploadGoesOnWhereItWas)
{
    const auto seed = setting("FARBOOT_SEED", std::random_device{}());
    std::cout << "FARBOOT_SEED=" << seed << "\n";
    std::mt19937_64 random(seed);
    fill_image(random(), 8 * small_pack_bytes); // twice as many as are sent at a time
    auto image = publish_in_small_packs();
    {
        Process upload(copy_command(image), folder_.path / "upload.log");
        ASSERT_TRUE(eventually([&] { return packs() > 0; }));
        upload.send(SIGKILL);
        upload.wait();
    }
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_LT(copy(image)["copied_bytes"], image_.size());
    const auto nearly_whole = std::chrono::steady_clock::now() - begun;
    std::uint64_t killed = 0;
    Rounds rounds(25);
    while (rounds.next()) {
        SCOPED_TRACE(testing::Message() << "FARBOOT_SEED=" << seed << ", round " << rounds.number());
        Process upload(copy_command(image), folder_.path / "upload.log");
        std::this_thread::sleep_for(nearly_whole * (random() % 100) / 100); // at a random instant
        killed += upload.running() ? 1 : 0;
        if (random() % 4 == 0) {
            server_->send(SIGKILL);
            server_->wait();
            start(); // on the same port: the client waits for it
        } else {
            upload.send(SIGKILL);
        }
        if (upload.wait() != 0)
            continue;
        expect_there(image);
        replace(image, random());
        ASSERT_FALSE(HasFailure());
    }
    if (rounds.count() >= 100) { // a few may all come too late
        EXPECT_GT(10 * killed, rounds.count()) << "hardly any was on its way";
    }
    copy(image);
    expect_there(image);
    // What killed servers had half received goes a day later, when one starts.
    for (const auto& file : std::filesystem::directory_iterator(store() / "incoming"))
        std::filesystem::last_write_time(file, file.last_write_time() - std::chrono::hours(25));
    server_->send(SIGTERM);
    server_->wait();
    start();
    EXPECT_TRUE(eventually([&] { return left() == 0; })) << "of broken uploads something remains";
}

/// An image is none before its locator is there: what is cleaned up on the way is sent again.
TEST_F(Upload, AStoreThatIsCleanedUpMeanwhileGetsItAll)
{
    fill_image(1, 30 * small_pack_bytes);
    const auto image = publish_in_small_packs();
    Process upload(copy_command(image), folder_.path / "upload.log");
    ASSERT_TRUE(eventually([&] { return packs() > 0; }));
    upload.send(SIGSTOP);
    ASSERT_FALSE(std::filesystem::exists(rootfs::Store::open(store())->locator(image))) << "30 packs were sent";
    std::string output;
    const auto clean = [&] {
        return run({FARBOOT_PROGRAM, "image", "clean", "--store", store().string(), "--keep-days", "0"}, &output) == 0;
    };
    EXPECT_TRUE(eventually(clean)) << output; // not while the server puts a pack there
    EXPECT_FALSE(std::filesystem::exists(rootfs::Store::open(store())->manifest(image)));
    EXPECT_THAT(output, HasSubstr("v1/packs/"));
    upload.send(SIGCONT);
    EXPECT_EQ(upload.wait(), 0) << read_whole(folder_.path / "upload.log");
    expect_there(image);
}

TEST_F(Upload, AKilledServerIsWaitedFor)
{
    const auto image = publish();
    Process upload(copy_command(image), folder_.path / "upload.log");
    ASSERT_TRUE(eventually([&] { return left() > 0; }));
    server_->send(SIGKILL);
    server_->wait();
    ASSERT_TRUE(
        eventually([&] { return read_whole(folder_.path / "upload.log").find("Next try in") != std::string::npos; }));
    start(); // on the same port
    EXPECT_EQ(upload.wait(), 0) << read_whole(folder_.path / "upload.log");
    expect_there(image);
}
