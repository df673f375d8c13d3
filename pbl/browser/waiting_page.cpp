#include "pbl/browser/waiting_page.hpp"

#include <QKeyEvent>
#include <QVBoxLayout>

namespace farboot::browser
{

using namespace std::chrono_literals;

namespace
{

/// A label under the headline; texts come from elsewhere and are never taken for markup.
void prepare(QLabel& label, int points, bool bold = false)
{
    auto font = label.font();
    font.setPointSize(points);
    font.setBold(bold);
    label.setFont(font);
    label.setAlignment(Qt::AlignCenter);
    label.setWordWrap(true);
    label.setTextFormat(Qt::PlainText);
}

} // namespace

WaitingPage::WaitingPage(Language language, QWidget* parent) : QWidget(parent), language_(language)
{
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    QPalette colours;
    colours.setColor(QPalette::Window, QColor(0x16, 0x1b, 0x22));
    colours.setColor(QPalette::WindowText, QColor(0xf0, 0xf3, 0xf6));
    setPalette(colours);

    prepare(headline_, 22, true);
    prepare(reason_, 13);
    prepare(countdown_, 13);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(60, 40, 60, 40);
    layout->setSpacing(24);
    layout->addStretch();
    layout->addWidget(&headline_);
    layout->addWidget(&reason_);
    layout->addWidget(&countdown_);
    layout->addStretch();

    timer_.setInterval(1s);
    connect(&timer_, &QTimer::timeout, this, &WaitingPage::tick);
}

void WaitingPage::show_trying(const QString& server)
{
    timer_.stop();
    headline_.setText(german() ? tr("Das Menü wird geladen …") : tr("Loading the menu …"));
    reason_.setText(server);
    countdown_.clear();
}

void WaitingPage::wait(const QString& reason, std::chrono::seconds delay)
{
    left_ = delay;
    headline_.setText(german() ? tr("Das Menü ist gerade nicht da") : tr("The menu is not there right now"));
    reason_.setText(reason);
    show_seconds();
    timer_.start();
    setFocus();
}

void WaitingPage::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
    case Qt::Key_F5:
        if (timer_.isActive()) {
            timer_.stop();
            Q_EMIT retry();
        }
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

void WaitingPage::tick()
{
    left_ -= 1s;
    if (left_ > 0s) {
        show_seconds();
        return;
    }
    timer_.stop();
    Q_EMIT retry();
}

void WaitingPage::show_seconds()
{
    const auto seconds = static_cast<int>(left_.count());
    countdown_.setText(
        (german() ? tr("Nächster Versuch in %1 s (Enter: sofort)") : tr("Next try in %1 s (Enter: now)")).arg(seconds));
}

} // namespace farboot::browser
