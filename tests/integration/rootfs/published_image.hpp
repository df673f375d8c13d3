#pragma once

#include "rootfs/image/publisher.hpp"
#include "rootfs/record/policy.hpp"
#include "tests/integration/rootfs/nbd_server.hpp"
#include "tests/integration/rootfs/web_server.hpp"

#include <gtest/gtest.h>

#include <random>

namespace farboot::test
{

/// An image in a store, its signed record, and what a reader needs to serve it.
class PublishedImage : public testing::Test
{
protected:
    static constexpr std::size_t megabyte = 1 << 20;

    void SetUp() override
    {
        for (const auto* program : {"/usr/sbin/nginx", "/usr/bin/nbdkit", "/usr/bin/nbdcopy", "/usr/bin/openssl"})
            if (!std::filesystem::exists(program))
                GTEST_SKIP() << "needs " << program;
        image = make_image();
        write_whole(folder.path / "image", image);
        publish(store());
        write_record();
    }

    [[nodiscard]] std::filesystem::path store() const { return folder.path / "store"; }

    /// 12 MiB of noise that does not compress, 4 MiB of zeros, 8 MiB that compresses.
    static std::string make_image(std::uint64_t seed = 1)
    {
        std::mt19937_64 random(seed);
        std::string bytes(24 * megabyte, '\0');
        for (std::size_t i = 0; i < 12 * megabyte; i += 8) {
            const auto value = random();
            bytes.replace(i, 8, reinterpret_cast<const char*>(&value), 8);
        }
        for (std::size_t i = 16 * megabyte; i < bytes.size(); i += 16)
            bytes.replace(i, 16, fmt::format("{:012} abc", random() % 100'000));
        return bytes;
    }

    /// Different levels give different packs of the same image.
    void publish(const std::filesystem::path& where, int zstd_level = 3)
    {
        auto writer = rootfs::StoreWriter::open(where);
        ASSERT_TRUE(writer) << writer.error().sentence;
        rootfs::PublishOptions options;
        options.zstd_level = zstd_level;
        const auto published = rootfs::publish_image(*writer, folder.path / "image", options);
        ASSERT_TRUE(published) << published.error().sentence;
        ref = published->ref;
    }

    void write_record(const std::string& type = "vm", const std::string& series = "tiny", std::uint64_t number = 3)
    {
        rootfs::Policy policy;
        policy.header = {{"policy", "policy"}, 1};
        const auto id = key.public_key().id();
        policy.keys[id] = {key.public_key(), "test"};
        policy.roles = {{{"boot", "vm", "gui", "policy"}, {"*"}, 1, {id}}};
        rootfs::Envelope envelope{rootfs::payload_type_of("policy"), policy.to_json(), {}};
        envelope.sign(key);
        write_whole(folder.path / "policy.dsse", envelope.to_json());

        rootfs::Envelope signed_record{rootfs::payload_type_of(type), payload(type, {{type, series}, number}), {}};
        signed_record.sign(key);
        write_whole(folder.path / "record.dsse", signed_record.to_json());
    }

    /// A boot or vm record of the image.
    [[nodiscard]] std::string payload(const std::string& type, const rootfs::RecordHeader& header) const
    {
        if (type == "boot") {
            rootfs::BootRecord record;
            record.header = header;
            record.title = "Desktop";
            record.kernel = {sha256({}), 1};
            record.image = ref;
            return record.to_json();
        }
        rootfs::VmRecord record;
        record.header = header;
        record.title = "Tiny";
        record.image = ref;
        record.machine.os = "http://debian.org/debian/12";
        return record.to_json();
    }

    [[nodiscard]] WebServer serve(const char* name, const std::filesystem::path& what, int rate = 0) const
    {
        return {folder.path / name, what, rate};
    }

    struct Address {
        std::string url;
        std::string authority; ///< PEM
    };
    [[nodiscard]] static Address address_of(const WebServer& server) { return {server.url(), read_whole(server.ca())}; }

    /// The plugin's parameters for a reader of these servers; their authorities are joined.
    [[nodiscard]] std::vector<std::string> parameters(const std::vector<const WebServer*>& servers,
                                                      bool with_record = true) const
    {
        std::vector<Address> addresses;
        for (const auto* server : servers)
            addresses.push_back(address_of(*server));
        return parameters_for(addresses, with_record);
    }
    [[nodiscard]] std::vector<std::string> parameters_for(const std::vector<Address>& addresses,
                                                          bool with_record = true) const
    {
        auto sources = nlohmann::json::array();
        std::string authorities;
        for (const auto& [url, authority] : addresses) {
            sources.push_back({{"url", url}});
            authorities += authority;
        }
        write_whole(folder.path / "sources.json", nlohmann::json{{"version", 1}, {"sources", sources}}.dump());
        write_whole(folder.path / "ca.pem", authorities);
        const auto file = [&](const char* key_name, const char* name) {
            return fmt::format("{}={}", key_name, (folder.path / name).string());
        };
        std::vector<std::string> list{file("policy", "policy.dsse"), file("sources", "sources.json"),
                                      file("ca", "ca.pem")};
        if (with_record)
            list.push_back(file("record", "record.dsse"));
        return list;
    }

    /// The largest pack of a store.
    static std::filesystem::path pack_of(const std::filesystem::path& where)
    {
        std::filesystem::path largest;
        for (const auto& item : std::filesystem::recursive_directory_iterator(where / "v1" / "packs"))
            if (item.is_regular_file() && (largest.empty() || item.file_size() > std::filesystem::file_size(largest)))
                largest = item.path();
        return largest;
    }
    /// Changes a byte of every chunk's stored bytes, so that any read meets one.
    static void damage(const std::filesystem::path& where)
    {
        auto bytes = read_whole(pack_of(where));
        for (std::size_t i = 5'000; i + 5'000 < bytes.size(); i += 10'000)
            bytes[i] = static_cast<char>(bytes[i] ^ 1);
        write_whole(pack_of(where), bytes);
    }

    [[nodiscard]] std::filesystem::path copied() const { return folder.path / "copy"; }
    [[nodiscard]] std::vector<std::string> nbdcopy(const NbdServer& server) const
    {
        return {"nbdcopy", server.uri(), copied().string()};
    }
    [[nodiscard]] bool copy_is_whole() const { return read_whole(copied()) == image; }

    Folder folder;
    rootfs::SigningKey key = rootfs::SigningKey::generate();
    std::string image;
    rootfs::ImageRef ref;
};

} // namespace farboot::test
