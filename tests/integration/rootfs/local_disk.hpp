#pragma once

#include "tests/integration/rootfs/published_image.hpp"

namespace farboot::test
{

/// A reader that keeps chunks in a folder on a local disk.
class LocalDisk : public PublishedImage
{
protected:
    void SetUp() override
    {
        PublishedImage::SetUp();
        std::filesystem::create_directory(disk());
    }
    [[nodiscard]] std::filesystem::path disk() const { return folder.path / "disk"; }
    [[nodiscard]] std::vector<std::string> with_disk(const WebServer& web, int mebibytes = 64) const
    {
        auto all = parameters({&web});
        all.push_back("disk-cache=" + disk().string());
        all.push_back(fmt::format("disk-cache-size={}", mebibytes));
        return all;
    }
    void copy_all(NbdServer& server) const
    {
        std::string output;
        ASSERT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
        EXPECT_TRUE(copy_is_whole());
    }
    /// Publishes another image, and keeps its record.
    void add_image()
    {
        images.push_back(make_image(images.size() + 1));
        write_whole(folder.path / "image", images.back());
        publish(store());
        write_record();
        std::filesystem::rename(folder.path / "record.dsse", record_of(images.size() - 1));
    }
    [[nodiscard]] std::filesystem::path record_of(std::size_t number) const
    {
        return folder.path / fmt::format("record{}.dsse", number);
    }
    /// The next reader is one of this image.
    void choose(std::size_t number)
    {
        std::filesystem::copy_file(record_of(number), folder.path / "record.dsse",
                                   std::filesystem::copy_options::overwrite_existing);
        image = images[number];
        std::filesystem::remove(copied());
        std::filesystem::remove_all(nbd()); // the socket of the one before
    }
    [[nodiscard]] std::filesystem::path nbd() const { return folder.path / "nbd"; }
    static nlohmann::json export_of(const NbdServer& server) { return server.status()["exports"][0]; }

    std::vector<std::string> images; ///< of add_image()
};

} // namespace farboot::test
