"""What the voucher service does, in the turn's transaction: one file for each part of its life.

apply, tickets, children  an application becomes a ticket        guardian  a guardian confirms
rounds, drawing           the calendar, the draw, the results     results   what people are told
reserve, waiting          what comes free, down the list          issuing, quota  vouchers made, places counted
mine, redeem              one's own vouchers, using them          arming, operator  staff and the command line
first_come                no draw: the first get it           fairness, public, notice  how anybody checks a draw
two, redraw, reviews, extend  acts by two                     watch, late  what looks unusual, what is entered later
"""
