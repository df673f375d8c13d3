#include "tests/integration/rootfs/store_kill.hpp"

namespace farboot::test
{
namespace
{

TEST_F(StoreKill, NoPublishedImageIsLostAtAnyInstant)
{
    std::printf("FARBOOT_SEED=%llu FARBOOT_ROUNDS=%llu\n", static_cast<unsigned long long>(seed_),
                static_cast<unsigned long long>(rounds_.count()));
    while (rounds_.next()) {
        SCOPED_TRACE(testing::Message() << "FARBOOT_SEED=" << seed_ << ", round " << rounds_.number());
        switch (below(4)) {
        case 0:
            publish();
            break;
        case 1:
            clean();
            break;
        case 2:
            change_profile();
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
