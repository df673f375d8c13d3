#include "rootfs/image/local_image.hpp"
#include "tests/integration/rootfs/process.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

namespace farboot::test
{
namespace
{

using Clock = std::chrono::steady_clock;

std::uint64_t setting(const char* name, std::uint64_t otherwise)
{
    const auto* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Publishes, removes, cleans and copies with the real program, which is killed at random instants. FARBOOT_SEED
/// repeats a run, FARBOOT_ROUNDS makes it longer.
class StoreKill : public testing::Test
{
protected:
    static constexpr std::size_t block = 100'000;
    static constexpr std::size_t max_images = 4; ///< in a store

    void SetUp() override
    {
        random_.seed(seed_);
        image_.resize(30 * block);
        for (std::size_t i = 0; i < 30; ++i)
            change_block(i);
        ASSERT_EQ(run(farboot({"key", "new", path("publisher.pem")})), 0);
    }

    std::uint64_t below(std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_); }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path / name).string(); }
    static std::vector<std::string> farboot(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), FARBOOT_PROGRAM);
        return arguments;
    }

    /// Half of a block is noise, the rest compresses.
    void change_block(std::size_t number)
    {
        for (std::size_t at = number * block; at < (number + 1) * block; at += 16) {
            const std::uint64_t value = random_();
            std::memcpy(image_.data() + at, &value, sizeof value);
        }
    }

    /// Starts a command, kills it while it runs or just before or behind that, and looks at all images; then it must
    /// do its work when it is repeated. Gives its output.
    std::string interrupt(const std::string& name, const std::vector<std::string>& arguments)
    {
        SCOPED_TRACE(name);
        auto& usual = usual_.try_emplace(name, std::chrono::milliseconds(100)).first->second;
        {
            Process process(farboot(arguments), folder_.path / "killed.log");
            const auto instant = Clock::now() + std::chrono::microseconds(below(usual.count() + 1));
            while (process.running() && Clock::now() < instant)
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            killed_ += process.running() ? 1 : 0;
            process.send(SIGKILL);
            process.wait();
        }
        check_images("after the kill");
        std::string output;
        const auto start = Clock::now();
        EXPECT_EQ(run(farboot(arguments), &output), 0) << output;
        usual = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
        return output;
    }

    void check_images(const std::string& when)
    {
        for (const auto& [store_name, images] : images_)
            for (const auto& [digest, bytes] : images) {
                const auto store = rootfs::Store::open(folder_.path / store_name);
                ASSERT_TRUE(store) << when << ": " << store.error().sentence;
                const auto image = rootfs::LocalImage::open(*store, *Digest::from_hex(digest));
                ASSERT_TRUE(image) << when << ", in " << store_name << ": " << image.error().sentence;
                const auto compare = [&](const rootfs::ChunkRef& chunk, Bytes plain) -> Result<void> {
                    if (!chunk.is_zero() && std::memcmp(bytes.data() + chunk.offset, plain.data(), plain.size()) != 0)
                        return fail("test", "Other bytes at {}.", chunk.offset);
                    return {};
                };
                ASSERT_EQ(image->manifest().image_bytes(), bytes.size());
                const auto read = image->read(compare, 2);
                ASSERT_TRUE(read) << when << ", in " << store_name << ": " << read.error().sentence;
            }
    }

    void publish()
    {
        for (int i = 0; i < 6; ++i)
            change_block(below(30));
        write_whole(folder_.path / "image", image_);
        const auto output =
            interrupt("publish", {"publish", "gui", "--store", path("store"), "--series", "s", "--number", "1",
                                  "--title", "T", "--image", path("image"), "--zstd", "1", "--key",
                                  path("publisher.pem"), "-o", path("record.dsse"), "--json"});
        const auto json =
            nlohmann::json::parse(output.substr(std::min(output.find('{'), output.size())), nullptr, false);
        ASSERT_TRUE(json.is_object()) << output;
        images_["store"][json["image"]["manifest"]] = image_;
    }

    void copy()
    {
        const auto& images = images_["store"];
        if (images.empty())
            return publish();
        const auto chosen = *std::next(images.begin(), static_cast<std::ptrdiff_t>(below(images.size())));
        interrupt("copy", {"image", "copy", chosen.first, "--store", path("store"), "--to", path("other")});
        images_["other"].insert(chosen);
    }

    void clean()
    {
        const std::string name = images_["other"].empty() || below(3) > 0 ? "store" : "other";
        auto& images = images_[name];
        if (images.empty())
            return publish();
        while (images.size() >= max_images) {
            const auto chosen = std::next(images.begin(), static_cast<std::ptrdiff_t>(below(images.size())));
            const auto digest = chosen->first;
            images.erase(chosen);
            interrupt("remove", {"image", "remove", digest, "--store", path(name)});
        }
        interrupt("clean", {"image", "clean", "--store", path(name), "--live-percent", "80", "--keep-days",
                            below(2) == 0 ? "0" : "14"});
    }

    void verify_by_program()
    {
        for (const auto& [name, images] : images_) {
            if (images.empty())
                continue;
            std::string output;
            EXPECT_EQ(run(farboot({"image", "verify", "--store", path(name)}), &output), 0) << output;
        }
    }

    Folder folder_;
    std::uint64_t seed_ = setting("FARBOOT_SEED", std::random_device()());
    std::uint64_t rounds_ = setting("FARBOOT_ROUNDS", 25);
    std::mt19937_64 random_;
    std::string image_;                                                ///< its newest version
    std::map<std::string, std::map<std::string, std::string>> images_; ///< store → manifest → bytes
    std::map<std::string, std::chrono::microseconds> usual_;           ///< how long a command takes
    std::uint64_t killed_ = 0;
};

TEST_F(StoreKill, NoPublishedImageIsLostAtAnyInstant)
{
    std::printf("FARBOOT_SEED=%llu FARBOOT_ROUNDS=%llu\n", static_cast<unsigned long long>(seed_),
                static_cast<unsigned long long>(rounds_));
    for (std::uint64_t round = 0; round < rounds_; ++round) {
        SCOPED_TRACE(testing::Message() << "FARBOOT_SEED=" << seed_ << ", round " << round);
        switch (below(3)) {
        case 0:
            publish();
            break;
        case 1:
            clean();
            break;
        default:
            copy();
            break;
        }
        check_images("after the repetition");
        verify_by_program();
        if (HasFailure())
            return;
    }
    std::printf("%llu commands were killed while they ran\n", static_cast<unsigned long long>(killed_));
    EXPECT_GT(killed_, 0U);

    // Nothing piled up on the way: what is left is what the images need.
    for (const auto& [name, images] : images_) {
        const auto arguments =
            farboot({"image", "clean", "--store", path(name), "--keep-days", "0", "--live-percent", "80", "--json"});
        if (images.empty())
            continue;
        ASSERT_EQ(run(arguments), 0);
        std::string output;
        ASSERT_EQ(run(arguments, &output), 0) << output;
        const auto again = nlohmann::json::parse(output, nullptr, false);
        EXPECT_TRUE(again["deleted"].empty()) << output;
        EXPECT_TRUE(again["waiting"].empty()) << output;
        EXPECT_EQ(again["rewritten_packs"], 0) << output;
    }
    check_images("at the end");
}

} // namespace
} // namespace farboot::test
