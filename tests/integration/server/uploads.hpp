#pragma once

#include "rootfs/image/local_image.hpp"
#include "rootfs/image/publisher.hpp"
#include "rootfs/record/policy.hpp"
#include "tests/integration/server/server_process.hpp"

#include <nlohmann/json.hpp>

#include <cstring>
#include <optional>
#include <random>

namespace farboot::test
{

/// A publisher with a store of his own, the real `farboot`, and a server on whose machine he has no files.
class Upload : public ServerTest
{
protected:
    void SetUp() override
    {
        ServerTest::SetUp();
        write_whole(token_file(), token_ + "\n");
        std::filesystem::permissions(token_file(), std::filesystem::perms::owner_read);
        fill_image(1, image_bytes);
    }
    void fill_image(std::uint64_t seed, std::size_t bytes)
    {
        std::mt19937_64 random(seed);
        image_.clear();
        for (std::size_t i = 0; i < bytes / 8; ++i) {
            const auto value = random();
            image_.append(reinterpret_cast<const char*>(&value), 8);
        }
    }

    [[nodiscard]] std::filesystem::path token_file() const { return folder_.path / "token"; }
    [[nodiscard]] std::filesystem::path mine() const { return folder_.path / "mine"; }
    [[nodiscard]] std::string url() const { return fmt::format("https://127.0.0.1:{}", port_); }

    /// Publishes image_ into the publisher's own store; gives the image's digest.
    Digest publish()
    {
        auto writer = rootfs::StoreWriter::open(mine());
        EXPECT_TRUE(writer) << writer.error().sentence;
        return publish(*writer, image_, {.zstd_level = 1});
    }
    /// The same in packs of a megabyte: many, of few bytes. Each holds what another image has already.
    Digest publish_in_small_packs()
    {
        auto writer = rootfs::StoreWriter::open(mine());
        EXPECT_TRUE(writer) << writer.error().sentence;
        const rootfs::PublishOptions options{.chunking = rootfs::Chunking::fixed, .zstd_level = 1};
        for (std::size_t at = 0; at < image_.size(); at += small_pack_bytes)
            publish(*writer, image_.substr(at, small_pack_bytes), options);
        return publish(*writer, image_, options);
    }
    Digest publish(rootfs::StoreWriter& writer, const std::string& image, const rootfs::PublishOptions& options)
    {
        write_whole(folder_.path / "image", image);
        const auto published = rootfs::publish_image(writer, folder_.path / "image", options);
        EXPECT_TRUE(published) << published.error().sentence;
        return published->ref.manifest;
    }
    /// Publishes another image in small packs, and removes this one from the server's store, while it runs.
    void replace(Digest& image, std::uint64_t seed)
    {
        std::string output;
        EXPECT_EQ(run({FARBOOT_PROGRAM, "image", "remove", image.hex(), "--store", store().string()}, &output), 0)
            << output;
        EXPECT_EQ(run({FARBOOT_PROGRAM, "image", "clean", "--store", store().string(), "--keep-days", "0"}, &output), 0)
            << output;
        EXPECT_EQ(packs(), 0U);
        std::filesystem::remove_all(mine());
        fill_image(seed, image_.size());
        image = publish_in_small_packs();
    }
    /// A reader's parameters for this image in the server's store.
    [[nodiscard]] std::vector<std::string> reader_of(const Digest& image) const
    {
        const auto key = rootfs::SigningKey::generate();
        const auto id = key.public_key().id();
        rootfs::Policy policy;
        policy.header = {{"policy", "policy"}, 1};
        policy.keys[id] = {key.public_key(), "test"};
        policy.roles = {{{"vm", "policy"}, {"*"}, 1, {id}}};
        rootfs::VmRecord record;
        record.header = {{"vm", "tiny"}, 1};
        record.title = "Tiny";
        record.image = *rootfs::Store::open(store())->image(image);
        record.machine.os = "http://debian.org/debian/12";
        const auto sign = [&](const std::string& type, const std::string& payload) {
            rootfs::Envelope envelope{rootfs::payload_type_of(type), payload, {}};
            envelope.sign(key);
            const auto file = folder_.path / (type + ".dsse");
            write_whole(file, envelope.to_json());
            return file.string();
        };
        return {"policy=" + sign("policy", policy.to_json()), "record=" + sign("vm", record.to_json()),
                "ca=" + (data() / "ca.pem").string(), "source=" + url() + "/store"};
    }
    [[nodiscard]] std::vector<std::string> copy_command(const Digest& image) const
    {
        return {FARBOOT_PROGRAM, "image",
                "copy",          image.hex(),
                "--store",       mine().string(),
                "--to",          url(),
                "--ca",          (data() / "ca.pem").string(),
                "--token-file",  token_file().string(),
                "--json"};
    }
    nlohmann::json copy(const Digest& image)
    {
        std::string output;
        const int code = run(copy_command(image), &output);
        EXPECT_EQ(code, 0) << output;
        const auto begin = output.find('[');
        return code == 0 && begin != std::string::npos ? nlohmann::json::parse(output.substr(begin))[0]
                                                       : nlohmann::json();
    }
    /// Begins while another program writes into the server's store, and waits for its end.
    void copy_while_busy(const Digest& image, std::optional<rootfs::StoreWriter>& other)
    {
        const auto log = folder_.path / "upload.log";
        Process upload(copy_command(image), log);
        ASSERT_TRUE(eventually([&] { return read_whole(log).find("Next try in") != std::string::npos; }));
        other.reset();
        EXPECT_EQ(upload.wait(), 0) << read_whole(log);
        expect_there(image);
    }
    /// Is the image in the server's store what it is in ours, down to its last byte?
    void expect_there(const Digest& digest)
    {
        const auto there = rootfs::Store::open(store());
        ASSERT_TRUE(there) << there.error().sentence;
        const auto image = rootfs::LocalImage::open(*there, digest);
        ASSERT_TRUE(image) << image.error().sentence;
        std::string all(image->manifest().image_bytes(), '\0');
        const auto read = image->read(
            [&](const rootfs::ChunkRef& chunk, Bytes plain) -> Result<void> {
                std::memcpy(all.data() + chunk.offset, plain.data(), plain.size());
                return {};
            },
            2);
        ASSERT_TRUE(read) << read.error().sentence;
        EXPECT_TRUE(all == image_);
    }
    [[nodiscard]] std::size_t left() const
    {
        std::error_code error;
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(store() / "incoming", error), {}));
    }
    [[nodiscard]] std::size_t packs() const
    {
        const auto there = rootfs::Store::open(store());
        return there ? there->packs().size() : 0;
    }
    static std::string code_of(const Answer& answer)
    {
        return nlohmann::json::parse(answer.body, nullptr, false).value("/error/code"_json_pointer, "");
    }

    static constexpr std::size_t image_bytes = 80 << 20; // three packs
    static constexpr std::size_t small_pack_bytes = 1 << 20;
    std::string image_;
};

} // namespace farboot::test
