#include "tests/integration/rootfs/published_image.hpp"
#include "tests/integration/site/shipped_nginx.hpp"

namespace farboot::test
{
namespace
{

/// A store, and nginx as a cache in front of it.
class CachedStore : public PublishedImage
{
protected:
    [[nodiscard]] std::filesystem::path kept() const { return folder.path / "kept"; }
    [[nodiscard]] ShippedNginx cache_of(const WebServer& origin) const
    {
        const auto authority = origin.url(); // https://localhost:PORT/store
        const auto port = authority.substr(authority.rfind(':') + 1, authority.rfind('/') - authority.rfind(':') - 1);
        return {folder.path / "cache",
                "farboot-cache.conf",
                folder.path / "web",
                {{"/var/cache/nginx/farboot", kept().string()},
                 {"max_size=100g", "max_size=1g"},
                 {"boot.example.org:443", "127.0.0.1:" + port},
                 {"boot.example.org", "localhost"}}};
    }
    [[nodiscard]] std::vector<std::string> reader_of(const ShippedNginx& cache, const WebServer& origin) const
    {
        return parameters_for({{fmt::format("https://localhost:{}/store", cache.port()), read_whole(origin.ca())}});
    }
    /// Reads the whole image, and gives the reader's counters.
    nlohmann::json read_all(const char* name, const std::vector<std::string>& parameters)
    {
        const NbdServer server(folder.path / name, parameters);
        std::string output;
        EXPECT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
        EXPECT_TRUE(copy_is_whole());
        std::filesystem::remove(copied());
        return server.status()["exports"][0];
    }
    /// The pieces of packs that the cache has.
    [[nodiscard]] std::vector<std::filesystem::path> kept_packs() const
    {
        std::vector<std::filesystem::path> files;
        for (const auto& item : std::filesystem::recursive_directory_iterator(kept()))
            if (item.is_regular_file() && item.file_size() > 500'000)
                files.push_back(item.path());
        EXPECT_GT(files.size(), 10U);
        return files;
    }
    static void damage(const std::filesystem::path& path)
    {
        auto bytes = read_whole(path);
        for (std::size_t at = 10'000; at < bytes.size(); at += 10'000)
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
        write_whole(path, bytes);
    }
};

TEST_F(CachedStore, GoesOnServingWhatItHasWhenTheStoreIsAway)
{
    auto web = serve("web", store());
    const auto cache = cache_of(web);
    const auto parameters = reader_of(cache, web);
    read_all("first", parameters);
    web.stop();
    const auto counters = read_all("second", parameters);
    EXPECT_EQ(counters["waits"], 0);
    EXPECT_EQ(counters["verify_failures"], 0);
}

TEST_F(CachedStore, IsPassedByWhenItsBytesAreWrongAndMendedByIt)
{
    const auto web = serve("web", store());
    const auto cache = cache_of(web);
    const auto parameters = reader_of(cache, web);
    read_all("first", parameters);
    for (const auto& pack : kept_packs())
        damage(pack);
    EXPECT_GT(read_all("second", parameters)["verify_failures"], 0);
    EXPECT_EQ(read_all("third", parameters)["verify_failures"], 0);
}

TEST_F(CachedStore, AsksForOldLocatorsAgain)
{
    const auto web = serve("web", store());
    const auto cache = cache_of(web);
    const auto parameters = reader_of(cache, web);
    read_all("first", parameters);
    // The same image in other packs; those that the cache has are gone from the store.
    std::filesystem::remove_all(store());
    publish(store(), 19);
    for (const auto& pack : kept_packs())
        std::filesystem::remove(pack);
    const auto counters = read_all("second", parameters);
    EXPECT_EQ(counters["verify_failures"], 0);
}

} // namespace
} // namespace farboot::test
