#include "rootfs/image/store.hpp"
#include "tests/unit/rootfs/cli/program.hpp"

#include <chrono>
#include <csignal>
#include <thread>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

class KilledPublish : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        put("image", noise(140 << 20)); // five packs
    }
    [[nodiscard]] std::size_t packs() const
    {
        const auto store = Store::open(folder_ / "store");
        return store ? store->packs().size() : 0;
    }
    /// Sends a signal when the store has that many packs; fails if the program ends before.
    Outcome stop_at(std::size_t count, int signal)
    {
        Program program(folder_, publish_);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(3);
        while (packs() < count && std::chrono::steady_clock::now() < deadline) {
            EXPECT_FALSE(program.has_ended()) << "too early";
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        EXPECT_GE(packs(), count);
        program.signal(signal);
        return program.wait();
    }

    const std::vector<std::string> publish_{"publish",  "gui", "--store", "store",         "--series", "big",
                                            "--number", "1",   "--title", "Big",           "--image",  "image",
                                            "--zstd",   "1",   "--key",   "publisher.pem", "-o",       "r.dsse"};
};

TEST_F(KilledPublish, GoesOnToAWholeStore)
{
    for (std::size_t round = 1; round <= 2; ++round) {
        EXPECT_EQ(stop_at(round, SIGKILL).code, -SIGKILL);
        EXPECT_TRUE(Store::open(folder_ / "store")->manifests().empty());
        EXPECT_FALSE(std::filesystem::exists(folder_ / "r.dsse"));
    }
    auto again = publish_;
    again.emplace_back("--json");
    const auto image = good_json(again)["image"];
    EXPECT_GE(image["known_bytes"].get<std::uint64_t>(), 2U * 31 << 20) << "packs of killed runs are used";
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "store/tmp"));
    const std::string digest = image["manifest"];
    good({"image", "verify", digest, "--store", "store"});
    good({"image", "export", digest, "--store", "store", "-o", "out"});
    EXPECT_TRUE(get("out") == get("image"));
}

TEST_F(KilledPublish, CtrlCEndsItCleanly)
{
    const auto stopped = stop_at(1, SIGINT);
    EXPECT_EQ(stopped.code, 130);
    EXPECT_THAT(stopped.err, HasSubstr("was stopped"));
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "store/tmp"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "r.dsse"));
}

} // namespace
} // namespace farboot::rootfs
