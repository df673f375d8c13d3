#include "rootfs/nbd/hot_stream.hpp"

#include "rootfs/nbd/reader_engine.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

TEST(HotStream, BeforeItIsKnownWhetherThereIsAListNothingElseIsGuessed)
{
    ReaderEngine::Options options;
    options.sources = {"https://127.0.0.1:1/store"}; // nobody answers there, and it is asked for ever
    ReaderEngine engine(std::move(options));
    const HotStream stream(engine.add_image({sha256(as_bytes("a manifest")), 104, 1024}));
    EXPECT_EQ(stream.status().state, HotStream::State::asking);
    EXPECT_TRUE(stream.fits());
    EXPECT_FALSE(stream.comes());
}

} // namespace
} // namespace farboot::rootfs
