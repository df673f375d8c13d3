#pragma once

#include <QLabel>
#include <QTimer>
#include <QWidget>

#include <chrono>

namespace farboot::browser
{

enum class Language { english, german };

/// What the browser shows by itself while it has no page of the server's: why, and a countdown to the next try.
/// Widgets, not a web page: it needs no renderer, which may be what is missing, and no second origin.
class WaitingPage : public QWidget
{
    Q_OBJECT

public:
    explicit WaitingPage(Language language, QWidget* parent = nullptr);
    /// Before the first try and during each one.
    void show_trying(const QString& server);
    /// Counts down in view, then emits retry(). `reason` is a sentence for the person.
    void wait(const QString& reason, std::chrono::seconds delay);

Q_SIGNALS:
    void retry();

protected:
    /// Enter, Space or F5 try at once.
    void keyPressEvent(QKeyEvent* event) override;

private:
    void tick();
    void show_seconds();
    [[nodiscard]] bool german() const { return language_ == Language::german; }

    Language language_;
    QLabel headline_;
    QLabel reason_;
    QLabel countdown_;
    QTimer timer_;
    std::chrono::seconds left_{0};
};

} // namespace farboot::browser
